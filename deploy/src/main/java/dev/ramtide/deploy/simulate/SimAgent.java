package dev.ramtide.deploy.simulate;

import dev.ramtide.checkpoint.SkippedRecords;
import dev.ramtide.deploy.simulate.kafka.SimAgentClients;
import dev.ramtide.deploy.simulate.kafka.SimCluster;
import dev.ramtide.deploy.simulate.schedule.SimProcess;
import dev.ramtide.producer.capture.AuditException;
import dev.ramtide.producer.capture.CaptureSession;
import dev.ramtide.producer.capture.CaptureSource;
import dev.ramtide.producer.capture.SessionOptions;
import dev.ramtide.producer.procfs.UnsuitableHostException;
import dev.ramtide.producer.publish.FencedException;
import dev.ramtide.producer.publish.KafkaVmLog;
import dev.ramtide.producer.publish.LogSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.Properties;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** An agent: the real session and log over a simulated guest and cluster. */
final class SimAgent {
  private static final int PAYLOAD_BYTES = 65536;
  private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(1);

  private final SimProcess process;
  private final SimHost host;
  private final SimCluster cluster;
  private final Clock clock;
  private final Random random;
  private final boolean driving;
  private final ClaimCheck claims;
  private boolean throughHost;
  private @Nullable CaptureSource source;
  private boolean told;
  private int taken;

  /**
   * @param driving whether it drives QEMU; otherwise it publishes what somebody else has taken
   */
  SimAgent(SimProcess process, SimWorld world, boolean driving) {
    this.process = process;
    this.host = world.host();
    this.cluster = world.cluster();
    this.random = world.random();
    this.driving = driving;
    this.throughHost = host.guest().hasHostsPages() && random.nextInt(6) != 0;
    this.claims = new ClaimCheck(cluster, process.toString());
    this.clock = new SimClock(process);
    process.newThread(this::run).start();
  }

  SimProcess process() {
    return process;
  }

  /** Whether it can give back what another one has left behind. */
  boolean isDriving() {
    return driving;
  }

  /** It ends after the checkpoint that it is at, or the next. */
  void stopAfterNext() {
    told = true;
  }

  int taken() {
    return taken;
  }

  private void run() {
    LogSettings settings =
        new LogSettings(
            new Properties(),
            cluster.topics(),
            cluster.pagesPartitions(),
            OptionalInt.empty(),
            PAYLOAD_BYTES,
            process.toString(),
            SkippedRecords.NONE,
            cluster.writerKeys());
    SessionOptions options =
        new SessionOptions(SimWorld.STRIPE_PAGES, cluster.pagesPartitions(), PAYLOAD_BYTES, 3, "");
    KafkaVmLog log = new KafkaVmLog(settings, new SimAgentClients(cluster, process), clock);
    try (CaptureSession session = new CaptureSession(log, options, clock, claims)) {
      boolean last = false;
      while (!last) {
        last = told;
        last &= take(session);
      }
      closeSource();
    } catch (FencedException e) {
      closeSource(); // Another one has the VM; trying again would take it back.
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private boolean take(CaptureSession session) throws FencedException, InterruptedException {
    try {
      capture(session);
      taken++;
      process.sleep(Duration.ofMillis(random.nextInt(400)));
      return true;
    } catch (FencedException e) {
      throw e;
    } catch (IOException e) {
      heed(e);
      closeSource();
      process.sleep(PAUSE_AFTER_FAILURE);
      return false;
    }
  }

  private void capture(CaptureSession session) throws IOException, InterruptedException {
    try {
      session.capture(source());
    } finally {
      claims.look();
    }
  }

  /** Where marks may lie the stream is left. Where they cannot, nobody may say that they do. */
  private void heed(IOException failure) {
    Lie.Outcome expected = host.life().lie().outcome();
    if (failure instanceof UnsuitableHostException) {
      throughHost = false;
      Promise.NOTHING_LOST.require(
          expected == Lie.Outcome.REFUSED, "a host without a fault was refused: " + failure);
    }
    Promise.NOTHING_LOST.require(
        !(failure instanceof AuditException) || expected == Lie.Outcome.FOUND,
        "what was marked is said to be unmarked: " + failure);
  }

  private CaptureSource source() throws IOException, InterruptedException {
    CaptureSource known = source;
    if (known == null) {
      known = driving ? open() : new SimListeningSource(host.guest(), process, clock, random);
      source = known;
    }
    return known;
  }

  private CaptureSource open() throws IOException, InterruptedException {
    return throughHost
        ? SimHostSource.open(host, process, random, SimHostSource.anyOptions(random))
            .withMeddlingOwner()
        : SimSource.open(host, process, random);
  }

  private void closeSource() {
    CaptureSource closing = source;
    source = null;
    try {
      if (closing != null) {
        closing.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
