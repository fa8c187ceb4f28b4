package dev.ramtide.deploy.bench;

import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.deploy.bench.SyntheticGuest.Content;
import dev.ramtide.sink.consume.ConsumerSettings;
import dev.ramtide.sink.consume.SinkProcess;
import dev.ramtide.sink.seal.KeptCopies;
import dev.ramtide.sink.state.FileGates;
import dev.ramtide.sink.state.PageWrites;
import dev.ramtide.sink.state.Site;
import dev.ramtide.wire.VmTopics;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;
import org.apache.kafka.clients.consumer.ConsumerConfig;

/**
 * From the log to a synced, sealed image.
 *
 * <p>Ours: a sink that runs already; from the moment a checkpoint counts, in which every page is
 * new, until the image is sealed. Before that moment the sink may write nothing of it, so all of
 * the applying is in this time. Peers, each warm: a plain consumer that only polls the same
 * records, once with the sink's settings and once with Kafka's own, and a plain sequential write of
 * as many bytes over an existing file, with fdatasync. A ratio is to the slower of consumer and
 * file.
 */
final class ApplyBench implements Bench {
  private static final int MIB = 512;
  private static final int QUICK_MIB = 64;
  private static final int MEMBERS = 2;

  private static final Set<String> FETCHING =
      Set.of(
          ConsumerConfig.RECEIVE_BUFFER_CONFIG,
          ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG,
          ConsumerConfig.FETCH_MAX_BYTES_CONFIG);
  private static final long LOOK_EVERY_MS = 1;
  private static final long PATIENCE_NANOS = 120_000_000_000L;

  private static final String WHAT = "all new, to sealed and synced";
  private static final Peer TUNED = new Peer("consumer as the sink's", Run::tuned);
  private static final Peer PLAIN = new Peer("consumer as Kafka's", Run::plain);

  /** One run, in MB/s. */
  private record Run(double applied, double tuned, double plain, double file) {}

  /** A consumer that only polls. */
  private record Peer(String name, ToDoubleFunction<Run> consumer) {}

  @Override
  public void run(BenchBed bed, Consumer<Figure> figures) throws IOException, InterruptedException {
    List<Run> buffered = runs(bed, PageWrites.BUFFERED);
    figures.accept(figure(WHAT, TUNED, buffered, Optional.of(Mark.atLeast(0.8))));
    figures.accept(figure(WHAT, PLAIN, buffered, Optional.empty()));
    List<Run> direct = runs(bed, PageWrites.DIRECT);
    figures.accept(figure(WHAT + ", --direct-io", TUNED, direct, Optional.empty()));
  }

  private static List<Run> runs(BenchBed bed, PageWrites writes)
      throws IOException, InterruptedException {
    SyntheticGuest guest = new SyntheticGuest(bed.bytes(MIB, QUICK_MIB), Content.INCOMPRESSIBLE);
    ConsumerSettings settings = new ConsumerSettings(bed.client());
    List<Run> runs = new ArrayList<>();
    try (SyntheticVm vm = new SyntheticVm(bed, "apply", guest, new Properties());
        SinkProcess sink = sink(bed, vm.topics().vm(), settings, writes)) {
      sink.start();
      SyntheticVm.Captured first = vm.capture();
      awaitSealed(sink, vm.topics().vm(), first.manifest().checkpoint());
      int partitions = first.manifest().partitions().size();
      String pages = vm.topics().pages();
      PlainFile file = new PlainFile(bed.newDirectory("plain").resolve("file"));
      try (PlainConsumer tuned = new PlainConsumer(settings, pages, partitions);
          PlainConsumer plain = new PlainConsumer(kafkasOwn(bed), pages, partitions)) {
        for (int run = -BenchBed.WARM_UPS; run < bed.runs(); run++) {
          CheckpointManifest manifest = vm.capture().manifest();
          double megabytes = guest.dataBytes() / 1e6;
          Run one =
              new Run(
                  megabytes / awaitSealed(sink, vm.topics().vm(), manifest.checkpoint()),
                  megabytes / tuned.poll(manifest),
                  megabytes / plain.poll(manifest),
                  megabytes / file.write(guest.dataBytes()));
          bed.progress().accept("apply, " + writes + ", MB/s: " + one);
          if (run >= 0) {
            runs.add(one);
          }
        }
      }
    }
    return runs;
  }

  private static Figure figure(String what, Peer peer, List<Run> runs, Optional<Mark> mark) {
    return new Figure(
        "apply",
        what,
        "MB/s",
        new Samples(runs.stream().map(Run::applied).toList()),
        "slower of " + peer.name() + ", file",
        new Samples(
            runs.stream()
                .map(run -> Math.min(peer.consumer().applyAsDouble(run), run.file()))
                .toList()),
        mark);
  }

  /** A consumer of which nobody has set how it fetches. */
  private static ConsumerSettings kafkasOwn(BenchBed bed) {
    Properties client = bed.client();
    Map<String, Object> defaults = ConsumerConfig.configDef().defaultValues();
    FETCHING.forEach(name -> client.setProperty(name, String.valueOf(defaults.get(name))));
    return new ConsumerSettings(client);
  }

  static SinkProcess sink(BenchBed bed, VmId vm, ConsumerSettings settings, PageWrites writes)
      throws IOException {
    Path images = bed.newDirectory("images");
    Site site = Site.open(images, FileGates.OF_THIS_PROCESS, writes);
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
  static double awaitSealed(SinkProcess sink, VmId vm, long checkpoint)
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
