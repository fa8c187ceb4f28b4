package dev.ramtide.producer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.ramtide.checkpoint.SourceKind;
import dev.ramtide.producer.capture.CaptureFacts;
import dev.ramtide.producer.capture.CaptureSession;
import dev.ramtide.producer.capture.CaptureSource;
import dev.ramtide.producer.capture.FakeVmLog;
import dev.ramtide.producer.capture.ScriptedSource;
import dev.ramtide.producer.capture.SessionOptions;
import dev.ramtide.producer.publish.VmLog;
import dev.ramtide.producer.stream.GuestStateHandler;
import dev.ramtide.refusal.RefusedException;
import dev.ramtide.refusal.Right;
import dev.ramtide.time.MonotonicClock;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.junit.jupiter.api.Test;

/** When the loop takes checkpoints, and what it does with failures. */
class AgentLoopTest {
  private static final VmLog UNREACHABLE =
      () -> {
        throw new IOException("no broker");
      };

  private final List<Duration> pauses = new ArrayList<>();
  private final List<Long> skipped = new ArrayList<>();
  private final StringWriter err = new StringWriter();
  private VmLog vmLog = UNREACHABLE;
  private long now;
  private int opened;
  private int closed;

  @Test
  void whoAsksForOneCheckpointLearnsOfItsFailure() {
    AgentLoop loop = loop(new AgentLoop.Pace(1, Duration.ofSeconds(10)), 5);
    assertThatIOException().isThrownBy(() -> run(loop)).withMessage("no broker");
    assertThat(pauses).isEmpty();
  }

  @Test
  void anAgentThatRunsForEverTriesAgainWithANewSource() {
    AgentLoop loop = loop(new AgentLoop.Pace(0, Duration.ofSeconds(10)), 2);
    assertThatExceptionOfType(InterruptedException.class).isThrownBy(() -> run(loop));
    assertThat(opened).isEqualTo(2);
    assertThat(closed).isEqualTo(2);
    assertThat(err.toString()).containsOnlyOnce("no broker (next try in 1 s)");
  }

  @Test
  void aSourceThatSetsThePaceIsNotAskedInATightLoop() {
    AgentLoop loop = loop(new AgentLoop.Pace(0, Duration.ZERO), 1);
    assertThatExceptionOfType(InterruptedException.class).isThrownBy(() -> run(loop));
    assertThat(pauses.get(0)).isEqualTo(Duration.ofSeconds(1));
  }

  /** Whoever connects meanwhile would be cut off, and the address be told at each try. */
  @Test
  void itIsOpenedAgainOnlyWhenTheVmIsClaimed() {
    failing(3);
    AgentLoop loop = loop(new AgentLoop.Pace(0, Duration.ZERO), 9);
    assertThatExceptionOfType(AssertionError.class)
        .as("the second source is asked")
        .isThrownBy(() -> run(loop));
    assertThat(pauses.stream().map(Duration::toSeconds)).containsExactly(1L, 2L, 4L);
    assertThat(opened).isEqualTo(2);
  }

  @Test
  void triesGrowRarerAndAreToldOfOnceAMinute() {
    AgentLoop loop = loop(new AgentLoop.Pace(0, Duration.ofMillis(500)), 12);
    assertThatExceptionOfType(InterruptedException.class).isThrownBy(() -> run(loop));
    assertThat(pauses.stream().map(Duration::toSeconds))
        .containsExactly(1L, 2L, 4L, 8L, 10L, 10L, 10L, 10L, 10L, 10L, 10L, 10L);
    assertThat(err.toString().lines()).hasSize(2);
    assertThat(err.toString()).contains("no broker (next try in 10 s; for 65 s, 10 tries)");
  }

  @Test
  void anAgentThatIsToldToStopDoesNotTryAgain() {
    vmLog =
        () -> {
          throw new InterruptedIOException("stopped while claiming");
        };
    AgentLoop loop = loop(new AgentLoop.Pace(0, Duration.ofSeconds(10)), 5);
    assertThatIOException().isThrownBy(() -> run(loop)).withMessage("stopped while claiming");
    assertThat(pauses).isEmpty();
  }

  @Test
  void whatFailsJustThenIsNotTriedAgainEither() {
    vmLog =
        () -> {
          Thread.currentThread().interrupt();
          throw new IOException();
        };
    AgentLoop loop = loop(new AgentLoop.Pace(0, Duration.ofSeconds(10)), 5);
    assertThatIOException().isThrownBy(() -> run(loop));
    assertThat(Thread.interrupted()).isTrue();
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void whatAnAdministratorHasToGrantEndsAlsoAnAgentThatRunsForEver() {
    Right write = Right.onTopic(AclOperation.WRITE, "ramtide.web.pages");
    vmLog =
        () -> {
          throw new RefusedException("writing", write);
        };
    AgentLoop refused = loop(new AgentLoop.Pace(0, Duration.ofSeconds(10)), 5);
    assertThatIOException().isThrownBy(() -> run(refused)).withMessageContaining("Grant it");
    vmLog =
        () -> {
          throw new IOException("no", new SaslAuthenticationException("invalid credentials"));
        };
    AgentLoop unknown = loop(new AgentLoop.Pace(0, Duration.ofSeconds(10)), 5);
    assertThatIOException().isThrownBy(() -> run(unknown)).withMessage("no");
    assertThat(pauses).isEmpty();
  }

  @Test
  void aRightThatIsTakenAwayLaterIsWaitedForAndToldWithTheCommand() {
    Right write = Right.onTopic(AclOperation.WRITE, "ramtide.web.pages");
    FakeVmLog log = new FakeVmLog();
    ScriptedSource broken = new ScriptedSource();
    broken.breakAfterwards();
    AtomicInteger claims = new AtomicInteger();
    vmLog =
        () -> {
          if (claims.getAndIncrement() == 1) {
            throw new RefusedException("writing", write);
          }
          return log.claim();
        };
    AgentLoop loop =
        loop(
            new AgentLoop.Pace(0, Duration.ofSeconds(10)),
            3,
            () -> claims.get() == 0 ? broken : new ScriptedSource());
    assertThatExceptionOfType(InterruptedException.class).isThrownBy(() -> run(loop));
    assertThat(claims).hasValue(3);
    assertThat(skipped).as("checkpoints").hasSize(2);
    assertThat(err.toString()).contains("Grant it: kafka-acls.sh", "(next try in");
  }

  @Test
  void aFailureWithoutAMessageIsNamed() {
    vmLog =
        () -> {
          throw new EOFException();
        };
    AgentLoop loop = loop(new AgentLoop.Pace(0, Duration.ofSeconds(10)), 1);
    assertThatExceptionOfType(InterruptedException.class).isThrownBy(() -> run(loop));
    assertThat(err.toString()).contains("java.io.EOFException (next try in 1 s)");
  }

  @Test
  void afterFailuresItRestsUntilTheNextBeatAndSaysHowManyWereMissed() {
    failing(9);
    AgentLoop loop = loop(new AgentLoop.Pace(0, Duration.ofMinutes(1)), 11, ScriptedSource::new);
    assertThatExceptionOfType(InterruptedException.class).isThrownBy(() -> run(loop));
    assertThat(pauses.stream().map(Duration::toSeconds))
        .containsExactly(1L, 2L, 4L, 8L, 10L, 10L, 10L, 10L, 10L, 55L, 60L);
    assertThat(skipped).containsExactly(1L, 0L);
  }

  @Test
  void failuresWithinABeatMissNone() {
    failing(3);
    AgentLoop loop = loop(new AgentLoop.Pace(0, Duration.ofHours(1)), 5, ScriptedSource::new);
    assertThatExceptionOfType(InterruptedException.class).isThrownBy(() -> run(loop));
    assertThat(pauses.stream().map(Duration::toSeconds)).containsExactly(1L, 2L, 4L, 3593L, 3600L);
    assertThat(skipped).containsExactly(0L, 0L);
  }

  @Test
  void aCheckpointThatTakesLongerThanABeatSkipsBeatsAndTheNextOneSaysSo() {
    failing(0);
    AgentLoop loop =
        loop(
            new AgentLoop.Pace(4, Duration.ofSeconds(10)),
            Integer.MAX_VALUE,
            () -> new Slow(Duration.ofSeconds(25)));
    assertThatCode(() -> run(loop)).doesNotThrowAnyException();
    assertThat(pauses).containsOnly(Duration.ofSeconds(5)).hasSize(3);
    assertThat(skipped).containsExactly(0L, 2L, 2L, 2L);
  }

  @Test
  void aCheckpointThatCountsIsToldOfAlsoWhenWhatCameAfterItFailed() {
    failing(0);
    ScriptedSource guest = new ScriptedSource();
    guest.breakAfterwards();
    AgentLoop loop = loop(new AgentLoop.Pace(0, Duration.ofSeconds(10)), 1, () -> guest);
    assertThatExceptionOfType(InterruptedException.class).isThrownBy(() -> run(loop));
    assertThat(skipped).as("one was told").containsExactly(0L);
    assertThat(err.toString()).contains("checkpoint 1 is safe in the log, but after that: QEMU's");
  }

  /** The log cannot be reached at the first tries. */
  private void failing(int tries) {
    FakeVmLog log = new FakeVmLog();
    AtomicInteger left = new AtomicInteger(tries);
    vmLog = () -> left.getAndDecrement() > 0 ? UNREACHABLE.claim() : log.claim();
  }

  private AgentLoop loop(AgentLoop.Pace pace, int pausesBeforeStop) {
    return loop(pace, pausesBeforeStop, NoGuest::new);
  }

  private AgentLoop loop(
      AgentLoop.Pace pace, int pausesBeforeStop, Supplier<CaptureSource> sources) {
    SessionOptions options = new SessionOptions(1024, 8, 65536, 0, "");
    CaptureSession session = new CaptureSession(vmLog, options, Clock.systemUTC());
    return new AgentLoop(
        session,
        () -> {
          opened++;
          return sources.get();
        },
        pace,
        new MonotonicClock() {
          @Override
          public long nanoTime() {
            return now;
          }

          @Override
          public void sleep(Duration length) throws InterruptedException {
            pauses.add(length);
            now += length.toNanos();
            if (pauses.size() == pausesBeforeStop) {
              throw new InterruptedException();
            }
          }
        });
  }

  private void run(AgentLoop loop) throws IOException, InterruptedException {
    loop.run((manifest, beats) -> skipped.add(beats), new PrintWriter(err));
  }

  private final class NoGuest implements CaptureSource {
    @Override
    public SourceKind kind() {
      return SourceKind.DRIVEN;
    }

    @Override
    public String qemuVersion() {
      return "";
    }

    @Override
    public CaptureFacts capture(GuestStateHandler handler) {
      throw new AssertionError("the log must be there first");
    }

    @Override
    public void close() {
      closed++;
    }
  }

  /** A guest of which a checkpoint takes long. */
  private final class Slow implements CaptureSource {
    private final ScriptedSource guest = new ScriptedSource();
    private final Duration length;

    Slow(Duration length) {
      this.length = length;
    }

    @Override
    public SourceKind kind() {
      return guest.kind();
    }

    @Override
    public String qemuVersion() {
      return guest.qemuVersion();
    }

    @Override
    public CaptureFacts capture(GuestStateHandler handler) throws IOException {
      now += length.toNanos();
      return guest.capture(handler);
    }

    @Override
    public void close() {}
  }
}
