package dev.ramtide.deploy.simulate;

import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.deploy.simulate.kafka.SimAgentClients;
import dev.ramtide.deploy.simulate.schedule.SimProcess;
import dev.ramtide.producer.capture.AuditException;
import dev.ramtide.producer.capture.CaptureSession;
import dev.ramtide.producer.capture.HostOptions;
import dev.ramtide.producer.capture.SessionOptions;
import dev.ramtide.producer.procfs.UnsuitableHostException;
import dev.ramtide.producer.publish.KafkaVmLog;
import dev.ramtide.producer.publish.LogSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Properties;
import java.util.Random;

/**
 * An agent that captures a busy guest through its host, again and again until it is told why not.
 * Nothing fails but what the host's kernel says.
 */
final class HostTrial {
  static final int CHECKPOINTS = 15;

  private static final int PAYLOAD_BYTES = 65536;
  private static final int PARTITIONS = SimWorld.PARTITIONS;

  private final SimWorld world;
  private final Promises promises;
  private final SimProcess process;
  private final HostOptions options;
  private Optional<IOException> end = Optional.empty();

  /**
   * What came of it.
   *
   * @param checkpoints that count
   * @param deltas among them: of which the marks decided what was read
   * @param refused whether the host was refused
   * @param found whether an audit said that the marks had lied
   * @param wrong which page of a checkpoint is not what the guest had, or nothing
   */
  record Result(
      int checkpoints,
      long deltas,
      Optional<UnsuitableHostException> refused,
      Optional<AuditException> found,
      Optional<String> wrong) {}

  private HostTrial(Lie lie, int auditInterval, long seed) {
    this.world = new SimWorld(new Random(seed), lie, true);
    this.promises = new Promises(world);
    this.process = world.scheduler().process("agent");
    this.options = new HostOptions(true, false, auditInterval, 1, 1 << 20);
  }

  /**
   * @param auditInterval 0: never
   */
  static Result of(Lie lie, int auditInterval, long seed) {
    return new HostTrial(lie, auditInterval, seed).run();
  }

  private Result run() {
    try {
      process.newThread(this::capture).start();
      while (process.threads() > 0) {
        world.host().guestRuns();
        world.scheduler().step();
      }
      return result();
    } finally {
      world.scheduler().close();
    }
  }

  private Result result() {
    promises.log().refresh();
    Iterable<CheckpointManifest> valid = promises.log().valid().values();
    int checkpoints = 0;
    long deltas = 0;
    for (CheckpointManifest manifest : valid) {
      checkpoints++;
      deltas += manifest.hostReads().orElseThrow().firstPass() == 0 ? 1 : 0;
    }
    return new Result(
        checkpoints,
        deltas,
        as(UnsuitableHostException.class),
        as(AuditException.class),
        whatIsWrong());
  }

  private <T extends IOException> Optional<T> as(Class<T> kind) {
    return end.filter(kind::isInstance).map(kind::cast);
  }

  private Optional<String> whatIsWrong() {
    try {
      new Ending(world, promises).replayAll();
      return Optional.empty();
    } catch (InvariantViolation e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  private void capture() {
    SimClock clock = new SimClock(process);
    LogSettings settings =
        new LogSettings(
            new Properties(),
            world.cluster().topics(),
            PARTITIONS,
            OptionalInt.empty(),
            PAYLOAD_BYTES,
            "trial");
    KafkaVmLog log = new KafkaVmLog(settings, new SimAgentClients(world.cluster(), process), clock);
    SessionOptions session =
        new SessionOptions(SimWorld.STRIPE_PAGES, PARTITIONS, PAYLOAD_BYTES, 0, "");
    try (CaptureSession captures = new CaptureSession(log, session, clock);
        SimHostSource source = SimHostSource.open(world.host(), process, world.random(), options)) {
      for (int taken = 0; taken < CHECKPOINTS; taken++) {
        captures.capture(source);
        process.sleep(Duration.ofMillis(world.random().nextInt(20)));
      }
    } catch (IOException e) {
      end = Optional.of(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
