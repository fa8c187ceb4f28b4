package dev.ramtide.deploy.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.deploy.demo.ChildVerb;
import dev.ramtide.deploy.demo.SealWatch;
import dev.ramtide.deploy.demo.WorkDirectory;
import dev.ramtide.wire.VmTopics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An agent that listens, and a sink that has joined: two processes that wait for a guest's {@code
 * migrate}. Each migration is a checkpoint.
 */
final class WaitingPipeline implements AutoCloseable {
  private static final Duration SOON = Duration.ofMinutes(3);

  /** From the moment at which a sink has its partitions to the one at which it has read them. */
  private static final long SETTLED_MS = 500;

  /** Who uses less of a processor than this is at rest: Kafka's clients never sleep for long. */
  private static final double RESTING_SHARE = 0.1;

  private static final Duration REST = Duration.ofSeconds(30);

  private final VmTopics topics;
  private final BenchTopics log;
  private final BenchVerbs verbs;
  private final Path images;
  private final Path sockets;
  private final SealWatch seals;
  private final ChildVerb agent;
  private @Nullable ChildVerb sink;

  private WaitingPipeline(BenchBed bed, VmId vm) throws IOException {
    this.topics = new VmTopics("ramtide", vm);
    this.images = bed.newDirectory("images");
    this.seals = new SealWatch(images.resolve(vm.name()));
    this.sockets = Files.createTempDirectory("ramtide-"); // Of a short path, as sockets need it.
    this.log = new BenchTopics(bed);
    this.verbs = new BenchVerbs(bed);
    this.agent = verbs.start("agent", "--vm", vm.name(), "--listen", uri(), "--json");
  }

  /**
   * A checkpoint on its whole way.
   *
   * @param wholeSeconds from {@code migrate} to the moment at which {@code checkpoint.json} calls
   *     it sealed: all of it is synced then
   * @param guestSeconds of which, until QEMU had sent all of it
   * @param processors what agent and sink have used of the processor since they began
   * @param manifest as the agent printed it
   */
  record Carried(double wholeSeconds, double guestSeconds, String processors, JsonNode manifest) {}

  /** Starts both, and returns when they wait for a guest and do nothing else. */
  static WaitingPipeline start(BenchBed bed) throws IOException, InterruptedException {
    WaitingPipeline pipeline = new WaitingPipeline(bed, new VmId(bed.newName("vm")));
    try {
      pipeline.startSink();
      return pipeline;
    } catch (IOException | InterruptedException | RuntimeException e) {
      pipeline.close();
      throw e;
    }
  }

  /** Of topics that are there already it need not wait until it looks for new ones again. */
  private void startSink() throws IOException, InterruptedException {
    String vm = topics.vm().name();
    log.awaitThere(topics, SOON);
    sink = verbs.start("sink", "--images", images.toString(), "--vm", vm, "--group", vm);
    log.awaitJoined(vm, topics, SOON);
    awaitRest();
  }

  /**
   * Until neither does anything but wait: what a JVM does after its start is not of a migration.
   */
  private void awaitRest() throws InterruptedException {
    long beginNanos = System.nanoTime();
    double before;
    do {
      before = processor(agent) + processor(sink());
      Thread.sleep(SETTLED_MS);
    } while (processor(agent) + processor(sink()) - before > RESTING_SHARE * SETTLED_MS / 1e3
        && BenchGuest.secondsSince(beginNanos) < REST.toSeconds());
  }

  private ChildVerb sink() {
    return Objects.requireNonNull(sink);
  }

  /** Takes a checkpoint of a guest, which runs on afterwards. */
  Carried carry(BenchGuest guest) throws IOException, InterruptedException {
    BenchGuest.settle();
    long before = seals.lastSeen();
    long beginNanos = System.nanoTime();
    guest.qemu().migrateTo(uri(), Set.of());
    double guestSeconds = BenchGuest.secondsSince(beginNanos);
    awaitSealAfter(before, beginNanos);
    double wholeSeconds = BenchGuest.secondsSince(beginNanos);
    guest.qemu().cont();
    JsonNode manifest = BenchVerbs.nextManifest(agent, SOON);
    if (manifest.at("/pages/scanned").asLong() < guest.pageCount()) {
      throw new IOException("less than the guest's memory was carried: " + manifest);
    }
    return new Carried(wholeSeconds, guestSeconds, processors(), manifest);
  }

  /** Seconds of processor time until now. */
  private String processors() {
    return "agent %.1f s, sink %.1f s".formatted(processor(agent), processor(sink()));
  }

  private static double processor(ChildVerb child) {
    return ProcessHandle.of(child.pid())
        .flatMap(process -> process.info().totalCpuDuration())
        .map(used -> used.toMillis() / 1e3)
        .orElse(0.0);
  }

  private void awaitSealAfter(long before, long beginNanos)
      throws IOException, InterruptedException {
    while (seals.lastSeen() == before) {
      if (BenchGuest.secondsSince(beginNanos) > SOON.toSeconds() || !sink().isAlive()) {
        throw new IOException("nothing was sealed: " + sink().lastLine());
      }
      Thread.sleep(1);
      seals.look();
    }
  }

  /** Where the image is that was sealed. */
  Path imageDirectory() {
    return images.resolve(topics.vm().name());
  }

  /** Bytes of all that is in the VM's topics. */
  double logBytes() throws IOException, InterruptedException {
    return log.bytes(topics);
  }

  /** Ends both processes; the image stays until this is closed. */
  void stop() throws IOException, InterruptedException {
    agent.stop();
    sink().stop();
  }

  private String uri() {
    return "unix:" + sockets.resolve("agent");
  }

  @Override
  public void close() throws IOException {
    verbs.close();
    log.delete(topics);
    log.close();
    for (Path left : List.of(images, sockets)) {
      WorkDirectory.delete(left);
    }
  }
}
