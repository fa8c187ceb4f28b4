package dev.ramtide.sink.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.ramtide.sink.state.Site;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What is refused before a broker is asked: there is none here. */
final class DeleteCommandTest {
  @TempDir private Path directory;

  @Test
  void theDirectoryAboveASiteIsRefusedAndLeftAsItIs() throws Exception {
    Path site = directory.resolve("ramtide");
    String id = Site.open(site).id();
    for (String how : new String[] {"--yes", "--dry-run"}) {
      assertThatIOException()
          .isThrownBy(() -> delete("--vm", "ramtide", "--images", directory.toString(), how))
          .withMessageContaining(directory + " is not a directory of images (no site-id in it)");
    }
    assertThat(directory.resolve(".site.lock")).doesNotExist();
    assertThat(site.resolve("site-id")).hasContent(id);
  }

  @Test
  void somebodysHomeIsNoImage() throws Exception {
    Site.open(directory).id();
    Path letter = Files.createDirectories(directory.resolve("home/alice")).resolve("letter");
    Files.writeString(letter, "dear");
    assertThatIOException()
        .isThrownBy(() -> delete("--vm", "home", "--images", directory.toString(), "--yes"))
        .withMessageContaining("no sink puts alice into an image");
    assertThat(letter).exists();
  }

  private static void delete(String... args) throws Exception {
    DeleteCommand command = new DeleteCommand();
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(List.of("--bootstrap-server", "127.0.0.1:1"));
    new CommandLine(command).parseArgs(all.toArray(String[]::new));
    command.call();
  }
}
