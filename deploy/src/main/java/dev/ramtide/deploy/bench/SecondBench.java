package dev.ramtide.deploy.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The checkpoints after the first, of a guest of which a known share of pages changed in between:
 * what is published for a changed byte, and the time from QMP's {@code migrate} to sealed and
 * synced beside QEMU's own full save and its fdatasync.
 *
 * <p>Guest, agent and sink go on from run to run; the first checkpoint is not counted. Then in each
 * run the guest changes its pages and rests, is carried, and is saved by QEMU. Each changed page is
 * another one in nine, and differs by four bytes; the whole page counts as changed. QEMU sends all
 * memory to the agent each time.
 */
final class SecondBench implements Bench {
  static final String NAME = "second";

  private static final double MEBIBYTE = 1 << 20;
  private static final Mark BYTES = Mark.atMost(1.05);
  private static final Mark TIME = Mark.atMost(1);

  @Override
  public void run(BenchBed bed, Consumer<Figure> figures) throws IOException, InterruptedException {
    for (int mib : EndToEndBench.sizes(bed)) {
      bed.progress().accept(NAME + ": a guest of " + mib + " MiB");
      Path file = bed.newDirectory(NAME).resolve("qemu.img");
      try (BenchGuest guest = BenchGuest.start(mib);
          WaitingPipeline pipeline = WaitingPipeline.start(bed)) {
        pipeline.carry(guest);
        for (int percent : new int[] {1, 10}) {
          new Rounds(guest, pipeline, percent).run(bed, file).forEach(figures);
        }
      }
    }
  }

  private static final class Rounds {
    private final BenchGuest guest;
    private final WaitingPipeline pipeline;
    private final int percent;
    private final List<Double> published = new ArrayList<>();
    private final List<Double> logged = new ArrayList<>();
    private final List<Double> sealed = new ArrayList<>();
    private final List<Double> saved = new ArrayList<>();

    Rounds(BenchGuest guest, WaitingPipeline pipeline, int percent) {
      this.guest = guest;
      this.pipeline = pipeline;
      this.percent = percent;
    }

    List<Figure> run(BenchBed bed, Path file) throws IOException, InterruptedException {
      for (int run = 0; run < bed.runs(); run++) {
        guest.change(percent);
        double before = pipeline.logBytes();
        WaitingPipeline.Carried carried = pipeline.carry(guest);
        bed.progress().accept(NAME + ": " + Steps.of(carried));
        published.add(carried.manifest().at("/pages/publishedBytes").asDouble() / MEBIBYTE);
        logged.add((pipeline.logBytes() - before) / MEBIBYTE);
        sealed.add(carried.wholeSeconds());
        saved.add(guest.saveSeconds(file));
      }
      Samples changed = Samples.of(guest.changedBytes(percent) / MEBIBYTE);
      String what = "%d MiB, %d %% changed: ".formatted(guest.qemu().spec().memoryMib(), percent);
      return List.of(
          bytes(what + "page bytes published", published, changed, Optional.of(BYTES)),
          bytes(what + "growth of the log", logged, changed, Optional.empty()),
          new Figure(
              NAME,
              what + "migrate to sealed",
              "s",
              new Samples(sealed),
              "migrate file: + fdatasync",
              new Samples(saved),
              percent == 1 ? Optional.of(TIME) : Optional.empty()));
    }

    private static Figure bytes(
        String what, List<Double> ours, Samples changed, Optional<Mark> mark) {
      return new Figure(NAME, what, "MiB", new Samples(ours), "bytes changed", changed, mark);
    }
  }
}
