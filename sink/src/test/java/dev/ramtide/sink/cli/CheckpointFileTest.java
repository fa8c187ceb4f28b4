package dev.ramtide.sink.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ramtide.sink.state.ImagePaths;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What somebody else may have put in the place of {@code checkpoint.json}. */
final class CheckpointFileTest {
  @TempDir private Path directory;

  @Test
  void aFileOfAnotherSizeThanWeWriteIsNotReadIntoMemory() throws IOException {
    ImagePaths paths = new ImagePaths(directory);
    try (RandomAccessFile file = new RandomAccessFile(paths.checkpointJson().toFile(), "rw")) {
      file.setLength(1L << 40); // A hole.
    }
    assertThatThrownBy(() -> CheckpointFile.read(paths))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("checkpoint.json")
        .hasMessageContaining("bytes");
  }

  @Test
  void whatIsNoJsonIsRefusedInShortAndWithItsName() throws IOException {
    ImagePaths paths = new ImagePaths(directory);
    for (String text : new String[] {"[".repeat(100_000), "[" + "{},".repeat(1_000_000), "{\"a"}) {
      Files.writeString(paths.checkpointJson(), text);
      assertThatThrownBy(() -> CheckpointFile.read(paths))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("checkpoint.json is not JSON")
          .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(1000));
    }
    Files.write(paths.checkpointJson(), "{\"a\":1}".getBytes(StandardCharsets.UTF_16));
    assertThat(CheckpointFile.read(paths)).isPresent();
  }
}
