package dev.ramtide.producer.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.ramtide.checkpoint.CaptureMode;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.metrics.Metrics;
import dev.ramtide.producer.capture.CaptureSession;
import dev.ramtide.producer.capture.FakeVmLog;
import dev.ramtide.producer.capture.ScriptedSource;
import dev.ramtide.producer.capture.SessionOptions;
import dev.ramtide.producer.qmp.QmpClient;
import dev.ramtide.producer.qmp.QmpFaults;
import dev.ramtide.time.MonotonicClock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentWatchTest {
  private static final VmId VM = new VmId("web-1");

  private final Metrics metrics = new Metrics();
  private final HandClock clock = new HandClock();
  private final AgentStatus status = new AgentStatus(VM, Duration.ofSeconds(10), clock);
  private final AgentWatch watch = watch(Optional.empty());
  private final ScriptedSource guest = new ScriptedSource();
  private final FakeVmLog log = new FakeVmLog();
  private final QmpFaults faults = new QmpFaults(); // A counter does not keep what it asks.

  private static final class HandClock implements MonotonicClock {
    private long nanos = -5; // It means nothing but in a difference.

    @Override
    public long nanoTime() {
      return nanos;
    }

    @Override
    public void sleep(Duration length) {
      nanos += length.toNanos();
    }
  }

  private AgentWatch watch(Optional<CaptureMode> asked) {
    return new AgentWatch(new AgentMetrics(metrics, VM, asked, Clock.systemUTC()), status);
  }

  private CaptureSession session(AgentWatch told) {
    SessionOptions options = new SessionOptions(1024, 1, 65536, 0, "");
    return new CaptureSession(log, options, Clock.systemUTC(), told);
  }

  private double value(String name, String... labels) {
    return metrics.registry().get(name).tag("vm", "web-1").tags(labels).counter().count();
  }

  private double failed(String mode) {
    return value("ramtide_agent_checkpoints_total", "mode", mode, "outcome", "failed");
  }

  private void fail(AgentWatch told, CaptureSession session) {
    told.failed(catchThrowableOfType(IOException.class, () -> session.capture(guest)));
  }

  @Test
  void beforeTheFirstCheckpointItIsNotReadyAndLives() {
    assertThat(status.notLive()).isEmpty();
    assertThat(status.notReady()).containsExactly("no checkpoint is complete yet");
  }

  @Test
  void aFailureIsCountedAndIsTheReason() {
    assertThat(failed("background")).as("seen before the first one").isZero();
    watch.failed(new IOException("Kafka is away"));
    assertThat(failed("unknown")).isEqualTo(1);
    assertThat(status.notReady()).containsExactly("the last checkpoint failed: Kafka is away");
  }

  @Test
  void aFailureHasTheModeThatWasTried() {
    guest.breakOff(true);
    fail(watch, session(watch));
    assertThat(failed("stop")).isEqualTo(1);
    watch.failed(new IOException("QEMU is gone: nothing of it was tried"));
    assertThat(failed("stop")).isEqualTo(1);
    assertThat(failed("unknown")).isEqualTo(1);
  }

  @Test
  void aFailureBeforeThatHasTheModeThatWasAskedFor() {
    AgentWatch live = watch(Optional.of(CaptureMode.LIVE));
    live.failed(new IOException("no QMP socket"));
    guest.stayAway(true);
    fail(live, session(live));
    assertThat(failed("live")).isEqualTo(2);
    assertThat(failed("unknown")).isZero();
  }

  @Test
  void whatGoesWrongOnTheControlSocketIsCountedByKind(@TempDir Path empty) {
    watch.metrics().watch(faults);
    catchThrowableOfType(IOException.class, () -> QmpClient.connect(empty.resolve("none"), faults));
    assertThat(
            metrics
                .registry()
                .get("ramtide_agent_qmp_errors_total")
                .tags("vm", "web-1", "kind", "unreachable")
                .functionCounter()
                .count())
        .isEqualTo(1);
    assertThat(metrics.registry().get("ramtide_agent_qmp_errors_total").functionCounters())
        .hasSize(QmpFaults.Kind.values().length);
  }

  @Test
  void aCaptureThatHangsEndsReadinessAndTheNextCheckpointBringsItBack() throws Exception {
    CaptureSession session = session(watch);
    session.capture(guest);
    clock.sleep(Duration.ofSeconds(50));
    assertThat(status.notReady()).isEmpty();
    clock.sleep(Duration.ofSeconds(1));
    assertThat(status.notReady())
        .containsExactly(
            "no checkpoint was completed for 51 s, with an interval of 10.0 s: none is being taken");
    assertThat(status.notLive()).isEmpty();
    session.capture(guest);
    assertThat(status.notReady()).isEmpty();
  }

  @Test
  void aReasonTellsWhereTheCaptureHangs() throws Exception {
    CaptureSession session = session(watch);
    session.capture(guest);
    clock.sleep(Duration.ofMinutes(10));
    guest.whileItIsRead(
        () -> {
          assertThat(status.notReady()).as("something has moved").isEmpty();
          clock.sleep(Duration.ofSeconds(51));
          assertThat(status.notReady().get(0))
              .contains("one is being taken since", "transfer, where nothing has moved for 51 s");
        });
    session.capture(guest);
  }

  /** Otherwise the keyframe of a large guest would end readiness, each time. */
  @Test
  void aCaptureOfManyIntervalsIsNotLateWhileItGoesOn() throws Exception {
    CaptureSession session = session(watch);
    session.capture(guest);
    guest.whileItIsRead(
        () -> {
          clock.sleep(Duration.ofSeconds(49));
          assertThat(status.notReady()).isEmpty();
        });
    session.capture(guest);
    assertThat(clock.nanoTime()).isGreaterThan(Duration.ofSeconds(190).toNanos());
  }

  @Test
  void whoIsPacedByOthersIsNotLate() throws Exception {
    AgentStatus patient = new AgentStatus(VM, Duration.ZERO, clock);
    AgentWatch told = new AgentWatch(watch.metrics(), patient);
    session(told).capture(guest);
    clock.sleep(Duration.ofDays(3));
    assertThat(patient.notReady()).isEmpty();
  }

  @Test
  void aFewSecondsAreNotLateHoweverShortTheInterval() throws Exception {
    AgentStatus quick = new AgentStatus(VM, Duration.ofMillis(100), clock);
    session(new AgentWatch(watch.metrics(), quick)).capture(guest);
    clock.sleep(Duration.ofSeconds(10));
    assertThat(quick.notReady()).isEmpty();
    clock.sleep(Duration.ofSeconds(1));
    assertThat(quick.notReady()).hasSize(1);
  }

  @Test
  void beatsThatWereSkippedAddUp() {
    watch.skippedBeats(2);
    watch.skippedBeats(0);
    watch.skippedBeats(3);
    assertThat(value("ramtide_agent_skipped_beats_total")).isEqualTo(5);
  }
}
