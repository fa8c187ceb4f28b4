package dev.ramtide.deploy.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * How long the guest stands for a checkpoint in each mode of a driven agent, by QEMU's events STOP
 * and RESUME, beside QEMU's own ways: a background snapshot into {@code cat}, and {@code stop},
 * {@code migrate file:} with mapped-ram, {@code cont}, without a sync.
 *
 * <p>One guest of random bytes, of whose pages one in a hundred changed since the checkpoint
 * before; while it is captured it rests. The agent of a mode goes on from run to run, its keyframe
 * is not counted, and between its checkpoints its process is stopped while QEMU is on its own. A
 * mode that this host does not have is told of and left out.
 */
final class PauseBench implements Bench {
  static final String NAME = "pause";

  private static final List<String> QUICK_MODES = List.of("background", "stop");
  private static final List<String> MODES = List.of("background", "live", "stop", "scan", "kernel");

  @Override
  public void run(BenchBed bed, Consumer<Figure> figures) throws IOException, InterruptedException {
    int mib = bed.quick() ? 128 : 1024;
    Path file = bed.newDirectory(NAME).resolve("qemu.img");
    try (BenchGuest guest = BenchGuest.start(mib);
        PauseMeter meter = new PauseMeter(guest.qemu())) {
      for (String mode : bed.quick() ? QUICK_MODES : MODES) {
        try (DrivingAgent agent = DrivingAgent.start(bed, guest, mode)) {
          figures.accept(measure(bed, new Standing(guest, meter, file), agent, mode));
        } catch (DrivingAgent.NoSuchModeException e) {
          bed.progress().accept(NAME + ": no figure of mode " + mode + ": " + e.getMessage());
        }
      }
    }
    Files.deleteIfExists(file);
  }

  private static Figure measure(BenchBed bed, Standing standing, DrivingAgent agent, String mode)
      throws IOException, InterruptedException {
    boolean background = mode.equals("background");
    List<Double> ours = new ArrayList<>();
    List<Double> theirs = new ArrayList<>();
    for (int run = 0; run < bed.runs(); run++) {
      theirs.add(background ? standing.snapshotMs() : standing.saveMs());
      ours.add(standing.checkpointMs(agent));
    }
    int mib = standing.guest.qemu().spec().memoryMib();
    return new Figure(
        NAME,
        "%d MiB, 1 %% changed, mode %s".formatted(mib, mode),
        "ms",
        new Samples(ours),
        background ? "background-snapshot to cat" : "stop, migrate file:, cont",
        new Samples(theirs),
        Optional.empty());
  }

  /** Three ways to make a guest stand, and what each took. */
  private record Standing(BenchGuest guest, PauseMeter meter, Path file) {
    double snapshotMs() throws IOException, InterruptedException {
      meter.reset();
      guest.qemu().migrateTo("exec:cat >/dev/null", Set.of("background-snapshot"));
      return meter.onlyMs();
    }

    double saveMs() throws IOException, InterruptedException {
      Files.deleteIfExists(file);
      BenchGuest.settle();
      meter.reset();
      guest.qemu().stop();
      guest.qemu().migrateTo("file:" + file, Set.of("mapped-ram"));
      guest.qemu().cont();
      return meter.onlyMs();
    }

    double checkpointMs(DrivingAgent agent) throws IOException, InterruptedException {
      BenchGuest.settle();
      guest.change(1);
      meter.reset();
      agent.next();
      return meter.onlyMs();
    }
  }
}
