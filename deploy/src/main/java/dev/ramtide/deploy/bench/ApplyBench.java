package dev.ramtide.deploy.bench;

import dev.ramtide.checkpoint.VmId;
import dev.ramtide.deploy.bench.SyntheticGuest.Content;
import dev.ramtide.sink.consume.ConsumerSettings;
import dev.ramtide.sink.consume.SinkProcess;
import dev.ramtide.sink.seal.KeptCopies;
import dev.ramtide.sink.state.Site;
import dev.ramtide.wire.VmTopics;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Consumer;

/**
 * From the log to a synced, sealed image.
 *
 * <p>Ours: a sink that runs already; from the moment a checkpoint counts, in which every page is
 * new, until the image is sealed. Before that moment the sink may write nothing of it, so all of
 * the applying is in this time. Peers, each warm: a plain consumer with the sink's settings that
 * only polls the same records, and a plain sequential write of as many bytes over an existing file,
 * with fdatasync. The ratio is to the slower of the two.
 */
final class ApplyBench implements Bench {
  private static final int MIB = 512;
  private static final int QUICK_MIB = 64;
  private static final int MEMBERS = 2;
  private static final long LOOK_EVERY_MS = 1;
  private static final long PATIENCE_NANOS = 120_000_000_000L;

  @Override
  public void run(BenchBed bed, Consumer<Figure> figures) throws IOException, InterruptedException {
    SyntheticGuest guest = new SyntheticGuest(bed.bytes(MIB, QUICK_MIB), Content.INCOMPRESSIBLE);
    List<Double> ours = new ArrayList<>();
    List<Double> theirs = new ArrayList<>();
    double megabytes = guest.dataBytes() / 1e6;
    ConsumerSettings settings = new ConsumerSettings(bed.client());
    try (SyntheticVm vm = new SyntheticVm(bed, "apply", guest, new Properties());
        SinkProcess sink = sink(bed, vm.topics().vm(), settings)) {
      sink.start();
      SyntheticVm.Captured first = vm.capture();
      awaitSealed(sink, vm.topics().vm(), first.manifest().checkpoint());
      PlainFile file = new PlainFile(bed.newDirectory("plain").resolve("file"));
      try (PlainConsumer consumer =
          new PlainConsumer(settings, vm.topics().pages(), first.manifest().partitions().size())) {
        for (int run = -BenchBed.WARM_UPS; run < bed.runs(); run++) {
          SyntheticVm.Captured captured = vm.capture();
          double applied =
              megabytes / awaitSealed(sink, vm.topics().vm(), captured.manifest().checkpoint());
          double polled = megabytes / consumer.poll(captured.manifest());
          double written = megabytes / file.write(guest.dataBytes());
          bed.progress()
              .accept(
                  String.format(
                      "apply: %.0f MB/s, plain consumer %.0f, plain file %.0f",
                      applied, polled, written));
          if (run >= 0) {
            ours.add(applied);
            theirs.add(Math.min(polled, written));
          }
        }
      }
    }
    figures.accept(
        new Figure(
            "apply",
            "all new, to sealed and synced",
            "MB/s",
            new Samples(ours),
            "slower of plain consumer and file",
            new Samples(theirs),
            Optional.of(Mark.atLeast(0.8))));
  }

  private static SinkProcess sink(BenchBed bed, VmId vm, ConsumerSettings settings)
      throws IOException {
    Site site = Site.open(bed.newDirectory("images"));
    return new SinkProcess(
        new SinkProcess.Plan(
            site,
            VmTopics.DEFAULT_PREFIX,
            List.of(vm),
            bed.newName("bench"),
            MEMBERS,
            (paths, state, checkpoint) -> {},
            KeptCopies.reflinks(0)),
        settings);
  }

  /** Returns how many seconds it took from now. */
  private static double awaitSealed(SinkProcess sink, VmId vm, long checkpoint)
      throws IOException, InterruptedException {
    long start = System.nanoTime();
    while (sink.sealedCheckpoint(vm).orElse(0L) < checkpoint) {
      if (sink.failure(vm).isPresent()) {
        throw sink.failure(vm).get();
      }
      if (System.nanoTime() - start > PATIENCE_NANOS) {
        throw new IOException("checkpoint " + checkpoint + " is not sealed after two minutes");
      }
      Thread.sleep(LOOK_EVERY_MS);
    }
    return (System.nanoTime() - start) / 1e9;
  }
}
