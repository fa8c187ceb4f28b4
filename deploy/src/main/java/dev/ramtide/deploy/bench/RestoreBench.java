package dev.ramtide.deploy.bench;

import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.deploy.bench.SyntheticGuest.Content;
import dev.ramtide.sink.consume.ConsumerSettings;
import dev.ramtide.sink.consume.HistoryReader;
import dev.ramtide.sink.consume.VmFollow;
import dev.ramtide.sink.restore.LogRestore;
import dev.ramtide.sink.restore.RestorePlan;
import dev.ramtide.sink.restore.ScratchImage;
import dev.ramtide.wire.VmTopics;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Consumer;

/**
 * From the log to a mapped-ram file that is synced, read back and proven, beside a plain consumer
 * that only polls the same records. Ours begins with reading the VM's history; both are warm.
 */
final class RestoreBench implements Bench {
  private static final int MIB = 512;
  private static final int QUICK_MIB = 64;

  @Override
  public void run(BenchBed bed, Consumer<Figure> figures) throws IOException, InterruptedException {
    SyntheticGuest guest = new SyntheticGuest(bed.bytes(MIB, QUICK_MIB), Content.INCOMPRESSIBLE);
    ConsumerSettings settings = new ConsumerSettings(bed.client());
    List<Double> ours = new ArrayList<>();
    List<Double> theirs = new ArrayList<>();
    double megabytes = guest.dataBytes() / 1e6;
    try (SyntheticVm vm = new SyntheticVm(bed, "restore", guest, new Properties())) {
      CheckpointManifest manifest = vm.capture().manifest();
      try (PlainConsumer consumer =
          new PlainConsumer(settings, vm.topics().pages(), manifest.partitions().size())) {
        for (int run = -BenchBed.WARM_UPS; run < bed.runs(); run++) {
          double restored = megabytes / restore(bed, settings, vm.topics());
          double polled = megabytes / consumer.poll(manifest);
          bed.progress()
              .accept(String.format("restore: %.0f MB/s, plain consumer %.0f", restored, polled));
          if (run >= 0) {
            ours.add(restored);
            theirs.add(polled);
          }
        }
      }
    }
    figures.accept(
        new Figure(
            "restore",
            "log to a proven file",
            "MB/s",
            new Samples(ours),
            "plain KafkaConsumer",
            new Samples(theirs),
            Optional.empty()));
  }

  private static double restore(BenchBed bed, ConsumerSettings settings, VmTopics topics)
      throws IOException, InterruptedException {
    long start = System.nanoTime();
    VmFollow follow = new HistoryReader(settings).read(topics);
    try (RestorePlan plan =
            RestorePlan.fromKeyframe(follow, follow.history().newest().orElseThrow());
        ScratchImage scratch = ScratchImage.in(bed.directory())) {
      new LogRestore(settings, topics, follow, plan, records -> {}).makeIn(scratch);
      return (System.nanoTime() - start) / 1e9;
    }
  }
}
