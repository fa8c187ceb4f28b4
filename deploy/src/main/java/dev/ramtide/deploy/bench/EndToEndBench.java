package dev.ramtide.deploy.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A VM's first checkpoint: from QMP's {@code migrate} to sealed and synced in the image of a sink,
 * beside QEMU's own {@code migrate file:} with mapped-ram and the fdatasync of that file.
 *
 * <p>One guest is carried and saved in turns. Each time the agent and the sink are new processes,
 * with a VM name of their own, that wait for it at rest when the clock starts: nothing of their
 * start is timed, and none of their code has carried a page before. The broker has, for others: the
 * first run does not count. The end is when {@code checkpoint.json} calls the checkpoint sealed,
 * looked at every millisecond. QEMU's end is polled every five, for both.
 */
final class EndToEndBench implements Bench {
  static final String NAME = "endtoend";

  private static final Mark MARK = Mark.atMost(2.5);

  /** Sizes of guests in MiB. */
  static List<Integer> sizes(BenchBed bed) {
    return bed.quick() ? List.of(128) : List.of(512, 1024);
  }

  @Override
  public void run(BenchBed bed, Consumer<Figure> figures) throws IOException, InterruptedException {
    for (int mib : sizes(bed)) {
      bed.progress().accept(NAME + ": a guest of " + mib + " MiB");
      try (BenchGuest guest = BenchGuest.start(mib)) {
        figures.accept(measure(bed, guest, mib));
      }
    }
  }

  private static Figure measure(BenchBed bed, BenchGuest guest, int mib)
      throws IOException, InterruptedException {
    Path file = bed.newDirectory(NAME).resolve("qemu.img");
    List<Double> ours = new ArrayList<>();
    List<Double> theirs = new ArrayList<>();
    carry(bed, guest); // A broker that one uses is not new.
    for (int run = 0; run < bed.runs(); run++) {
      ours.add(carry(bed, guest));
      theirs.add(guest.saveSeconds(file));
    }
    Files.delete(file);
    return new Figure(
        NAME,
        "first checkpoint of " + mib + " MiB, migrate to sealed",
        "s",
        new Samples(ours),
        "migrate file: + fdatasync",
        new Samples(theirs),
        Optional.of(MARK));
  }

  /** A first checkpoint, by processes of its own; returns seconds. */
  private static double carry(BenchBed bed, BenchGuest guest)
      throws IOException, InterruptedException {
    try (WaitingPipeline pipeline = WaitingPipeline.start(bed)) {
      WaitingPipeline.Carried carried = pipeline.carry(guest);
      bed.progress().accept(NAME + ": " + Steps.of(carried));
      return carried.wholeSeconds();
    }
  }
}
