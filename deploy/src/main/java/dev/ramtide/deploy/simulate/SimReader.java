package dev.ramtide.deploy.simulate;

import dev.ramtide.deploy.simulate.disk.SimDisk;
import dev.ramtide.deploy.simulate.schedule.SimProcess;
import dev.ramtide.sink.image.ChannelFile;
import dev.ramtide.sink.state.ControlFile;
import dev.ramtide.sink.state.ControlState;
import dev.ramtide.sink.state.FileGate;
import dev.ramtide.sink.state.FileGates;
import dev.ramtide.sink.state.ImagePaths;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Optional;

/**
 * Who reads the sealed image while sinks run, as {@code restore} does: under the shared lock, page
 * by page, and it must be one moment from the first to the last.
 */
final class SimReader {
  private static final int TIMES = 5;
  private static final Duration PATIENCE = Duration.ofMillis(500);

  private final SimProcess process;
  private final ImagePaths paths;
  private final ImageCheck check;

  SimReader(SimProcess process, SimDisk disk, ImageCheck check) {
    this.process = process;
    this.paths =
        new ImagePaths(disk.mount(process).getPath(SiteView.DIRECTORY).resolve(SimWorld.VM.name()));
    this.check = check;
    process.newThread(this::run).start();
  }

  private void run() {
    try {
      FileGates gates = new FileGates(process);
      for (int time = 0; time < TIMES && Files.exists(paths.controlLock()); time++) {
        Optional<FileGate.Hold> hold = gates.of(paths.controlLock()).tryShared(PATIENCE);
        if (hold.isPresent()) {
          readUnderLock();
          hold.get().close();
        }
        process.sleep(PATIENCE);
      }
    } catch (IOException e) {
      return; // A full disk, or no image yet.
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void readUnderLock() throws IOException {
    boolean sealed =
        Files.exists(paths.control())
            && ControlFile.readFrom(paths.control())
                .filter(control -> control.state() instanceof ControlState.Sealed)
                .isPresent();
    if (sealed) {
      try (ChannelFile ram = ChannelFile.openForReading(paths.ram())) {
        check.read(ram);
      }
    }
  }
}
