package dev.ramtide.sink.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ScratchImageTest {
  @TempDir private Path directory;

  @Test
  void aFreeNameIsTakenAndNothingElseIsLeft() throws IOException {
    Path output = directory.resolve("x.img");
    try (ScratchImage scratch = made(output)) {
      scratch.moveTo(output);
    }
    assertThat(output).hasContent("new");
    assertThat(directory).isDirectoryNotContaining("glob:**restoring*");
  }

  @Test
  void aNameThatIsTakenStaysWhatItIs() throws IOException {
    Path output = Files.writeString(directory.resolve("x.img"), "old");
    Path link = Files.createSymbolicLink(directory.resolve("link"), directory.resolve("nothing"));
    for (Path taken : new Path[] {output, link}) {
      try (ScratchImage scratch = made(taken)) {
        assertThatThrownBy(() -> scratch.moveTo(taken))
            .isInstanceOf(FileAlreadyExistsException.class);
      }
    }
    assertThat(output).hasContent("old");
    assertThat(link).isSymbolicLink();
  }

  @Test
  void aFileIsReplacedWhenThatIsAskedFor() throws IOException {
    Path output = Files.writeString(directory.resolve("x.img"), "old");
    try (ScratchImage scratch = made(output)) {
      scratch.replace(output);
    }
    assertThat(output).hasContent("new");
  }

  private static ScratchImage made(Path output) throws IOException {
    ScratchImage scratch = ScratchImage.beside(output);
    Files.writeString(scratch.paths().ram(), "new");
    return scratch;
  }
}
