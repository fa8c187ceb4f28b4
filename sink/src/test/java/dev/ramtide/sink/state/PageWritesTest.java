package dev.ramtide.sink.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PageWritesTest {
  @TempDir private Path directory;

  @Test
  void aDiskIsGoodForDirectWritesAndNothingIsLeftOnIt() throws IOException {
    PageWrites.DIRECT.requirePossible(directory);
    try (Stream<Path> left = Files.list(directory)) {
      assertThat(left).isEmpty();
    }
  }

  /** As tmpfs was until Linux 6.6; there is no disk here that still is so, but /proc. */
  @Test
  void aFileSystemThatRefusesIsNamedAndSoIsTheWayOut() {
    Path proc = Path.of("/proc/self");
    assertThatThrownBy(() -> PageWrites.DIRECT.requirePossible(proc, proc.resolve("comm")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("the file system of /proc/self refuses (proc: ")
        .hasMessageContaining("Invalid argument")
        .hasMessageContaining("Leave --direct-io out");
  }
}
