package dev.ramtide.sink.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ramtide.checkpoint.VmId;
import dev.ramtide.sink.SmallGuest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Somebody puts links where a sink is about to write. */
class LinkedImageTest {
  @TempDir private Path directory;

  private void assertRefused(Path link) throws Exception {
    Site site = Site.open(directory.resolve("site"));
    assertThatThrownBy(() -> site.openImage(new VmId("v"), SmallGuest.epoch(1)).close())
        .isInstanceOf(IOException.class)
        .hasMessageContaining(link + " is a symbolic link to " + directory.resolve("elsewhere"));
  }

  @Test
  void aVmsDirectoryThatIsALinkIsNotFollowed() throws Exception {
    Files.createDirectories(directory.resolve("elsewhere"));
    Files.createDirectories(directory.resolve("site"));
    Path link = directory.resolve("site/v");
    assertRefused(Files.createSymbolicLink(link, directory.resolve("elsewhere")));
    try (Stream<Path> files = Files.walk(directory.resolve("elsewhere"))) {
      assertThat(files.filter(file -> file.endsWith("ram.img"))).isEmpty();
    }
  }

  @Test
  void anImageThatIsALinkIsNotFollowed() throws Exception {
    Files.createDirectories(directory.resolve("site/v"));
    Path link = directory.resolve("site/v/ram.img");
    Files.writeString(directory.resolve("elsewhere"), "precious");
    assertRefused(Files.createSymbolicLink(link, directory.resolve("elsewhere")));
    assertThat(Files.readString(directory.resolve("elsewhere"))).isEqualTo("precious");
  }
}
