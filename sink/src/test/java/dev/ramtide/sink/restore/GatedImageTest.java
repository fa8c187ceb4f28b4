package dev.ramtide.sink.restore;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ramtide.sink.consume.SealedSite;
import dev.ramtide.sink.image.ChannelFile;
import dev.ramtide.sink.state.Control;
import dev.ramtide.sink.state.ControlFile;
import dev.ramtide.sink.state.ControlState;
import dev.ramtide.sink.state.FileGate;
import dev.ramtide.sink.state.FileGates;
import dev.ramtide.sink.state.ImagePaths;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GatedImageTest {
  @TempDir private Path directory;
  private final ExecutorService other = Executors.newSingleThreadExecutor();
  private ImagePaths paths = new ImagePaths(Path.of(""));

  @BeforeEach
  void seal() throws Exception {
    paths = SealedSite.in(directory, (image, state, checkpoint) -> {}).paths();
  }

  @AfterEach
  void stop() {
    other.shutdownNow();
  }

  @Test
  void aSinkOnItsWayToTheNextCheckpointIsWaitedFor() throws Exception {
    become(new ControlState.Applying(3));
    FutureTask<Boolean> opened =
        new FutureTask<>(
            () -> {
              try (GatedImage image = GatedImage.open(paths.directory())) {
                return image.isOfSink();
              }
            });
    Thread waiting = new Thread(opened);
    waiting.start();
    while (waiting.isAlive() && waiting.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
    // Sealed under the exclusive lock, as a sink does: who waits must not hold the gate meanwhile.
    Optional<FileGate.Hold> hold =
        FileGates.OF_THIS_PROCESS.of(paths.controlLock()).tryExclusive(Duration.ofSeconds(9));
    try (FileGate.Hold held = hold.orElseThrow()) {
      assertThat(opened.isDone()).as("%s", held).isFalse();
      become(new ControlState.Sealed(3));
    }
    assertThat(opened.get()).isTrue();
  }

  @Test
  void anImageThatWasLetGoIsLetGoOnce() throws Exception {
    GatedImage first = GatedImage.open(paths.directory());
    try (GatedImage second = GatedImage.open(paths.directory())) {
      first.close();
      first.close();
      assertThat(other.submit(this::exclusive).get()).as("%s", second).isFalse();
    }
    assertThat(other.submit(this::exclusive).get()).isTrue();
  }

  private boolean exclusive() throws IOException, InterruptedException {
    Optional<FileGate.Hold> hold =
        FileGates.OF_THIS_PROCESS.of(paths.controlLock()).tryExclusive(Duration.ofMillis(30));
    hold.ifPresent(FileGate.Hold::close);
    return hold.isPresent();
  }

  private void become(ControlState state) throws IOException {
    Control now = ControlFile.readFrom(paths.control()).orElseThrow();
    try (ControlFile control = new ControlFile(ChannelFile.open(paths.control()))) {
      control.write(now.to(state));
    }
  }
}
