package dev.ramtide.deploy.bench;

import dev.ramtide.deploy.demo.GuestSpec;
import dev.ramtide.deploy.demo.QemuGuest;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * From a file to a guest that runs: QEMU loads an image that a sink sealed, beside QEMU loading the
 * mapped-ram file that it wrote itself of the same guest.
 *
 * <p>From {@code migrate-incoming} of a QEMU that waits to the moment at which it is running, each
 * time in a new QEMU. Both files are in memory: each was read just before. The second figure is
 * {@code ramtide restore --from-image --qmp} from the start of its process on: it proves the digest
 * of the image first.
 */
final class QemuRestoreBench implements Bench {
  static final String NAME = "restore-qemu";

  /** One takes part of a second, most of it to get memory from the host: it varies much. */
  private static final int LOADS_PER_RUN = 3;

  private static final String IMAGE = "ram.img";
  private static final Mark MARK = Mark.atMost(1.1);

  @Override
  public void run(BenchBed bed, Consumer<Figure> figures) throws IOException, InterruptedException {
    for (int mib : EndToEndBench.sizes(bed)) {
      bed.progress().accept(NAME + ": a guest of " + mib + " MiB");
      Path file = bed.newDirectory(NAME).resolve("qemu.img");
      try (WaitingPipeline pipeline = WaitingPipeline.start(bed)) {
        GuestSpec spec;
        try (BenchGuest guest = BenchGuest.start(mib)) {
          spec = guest.qemu().spec();
          pipeline.carry(guest);
          guest.saveSeconds(file);
        }
        pipeline.stop(); // Nobody else writes to an image that QEMU reads by itself.
        new Loads(bed, spec).run(pipeline.imageDirectory(), file).forEach(figures);
      }
    }
  }

  private record Loads(BenchBed bed, GuestSpec spec) {
    List<Figure> run(Path directory, Path file) throws IOException, InterruptedException {
      List<Double> ours = new ArrayList<>();
      List<Double> command = new ArrayList<>();
      List<Double> theirs = new ArrayList<>();
      int loads = bed.quick() ? bed.runs() : LOADS_PER_RUN * bed.runs();
      for (int load = 0; load < loads; load++) {
        ours.add(load(directory.resolve(IMAGE)));
        theirs.add(load(file));
        command.add(restore(directory));
      }
      return List.of(
          figure("sealed image to running", ours, theirs, Optional.of(MARK)),
          figure("restore --from-image --qmp", command, theirs, Optional.empty()));
    }

    private Figure figure(
        String what, List<Double> ours, List<Double> theirs, Optional<Mark> mark) {
      return new Figure(
          NAME,
          spec.memoryMib() + " MiB, " + what,
          "s",
          new Samples(ours),
          "QEMU's own file to running",
          new Samples(theirs),
          mark);
    }

    private double load(Path file) throws IOException, InterruptedException {
      try (QemuGuest waiting = QemuGuest.startIncoming(spec)) {
        warm(file);
        long beginNanos = System.nanoTime();
        waiting.loadMappedRam(file, false);
        return running(waiting, beginNanos);
      }
    }

    private double restore(Path directory) throws IOException, InterruptedException {
      try (QemuGuest waiting = QemuGuest.startIncoming(spec);
          BenchVerbs verbs = new BenchVerbs(bed)) {
        warm(directory.resolve(IMAGE));
        long beginNanos = System.nanoTime();
        verbs
            .startAlone(
                "restore",
                "--from-image",
                directory.toString(),
                "--qmp",
                waiting.agentSocket().toString())
            .awaitSuccess(BenchGuest.SOON);
        return running(waiting, beginNanos);
      }
    }

    private static void warm(Path file) throws IOException, InterruptedException {
      BenchGuest.settle();
      try (OutputStream nowhere = OutputStream.nullOutputStream()) {
        Files.copy(file, nowhere);
      }
    }

    private static double running(QemuGuest waiting, long beginNanos)
        throws IOException, InterruptedException {
      waiting.cont();
      if (!waiting.status().running()) {
        throw new IOException("the loaded guest is " + waiting.status().name());
      }
      return BenchGuest.secondsSince(beginNanos);
    }
  }
}
