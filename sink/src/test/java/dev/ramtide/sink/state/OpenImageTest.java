package dev.ramtide.sink.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.ramtide.sink.SmallGuest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenImageTest {
  private static final int TRIES = 50;

  @TempDir private Path directory;

  @Test
  void whatCannotBeOpenedIsTriedForEverWithoutKeepingADescriptor() throws Exception {
    ImagePaths paths = new ImagePaths(directory);
    Files.createDirectory(paths.ram());
    long before = descriptors();
    for (int tries = 0; tries < TRIES; tries++) {
      assertThatIOException()
          .isThrownBy(() -> OpenImage.open(paths, SmallGuest.epoch(0), FileGates.OF_THIS_PROCESS));
    }
    assertThat(descriptors() - before).isLessThan(TRIES);
  }

  @Test
  void aStateOfAnotherImageIsRefusedForEverWithoutKeepingADescriptor() throws Exception {
    ImagePaths paths = new ImagePaths(directory);
    try (OpenImage image = OpenImage.open(paths, SmallGuest.epoch(0), FileGates.OF_THIS_PROCESS);
        PartitionState state = image.openState(0)) {
      state.advanceTo(1);
    }
    try (OpenImage other =
        OpenImage.open(paths, SmallGuest.epoch(0, 52), FileGates.OF_THIS_PROCESS)) {
      long before = descriptors();
      for (int tries = 0; tries < TRIES; tries++) {
        assertThatIOException().isThrownBy(() -> other.openState(0));
      }
      assertThat(descriptors() - before).isLessThan(TRIES);
    }
  }

  private static long descriptors() throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.count();
    }
  }
}
