package dev.ramtide.producer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.ramtide.checkpoint.SourceKind;
import dev.ramtide.producer.capture.CaptureFacts;
import dev.ramtide.producer.capture.CaptureSession;
import dev.ramtide.producer.capture.CaptureSource;
import dev.ramtide.producer.capture.SessionOptions;
import dev.ramtide.producer.publish.VmLog;
import dev.ramtide.producer.stream.GuestStateHandler;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the loop does with failures; that it takes checkpoints is shown with a real broker. */
class AgentLoopTest {
  private static final VmLog UNREACHABLE =
      () -> {
        throw new IOException("no broker");
      };

  private final List<Duration> pauses = new ArrayList<>();
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

  private AgentLoop loop(AgentLoop.Pace pace, int pausesBeforeStop) {
    SessionOptions options = new SessionOptions(1024, 8, 65536, 0, "");
    CaptureSession session = new CaptureSession(vmLog, options, Clock.systemUTC());
    return new AgentLoop(
        session,
        () -> {
          opened++;
          return new NoGuest();
        },
        pace,
        new AgentLoop.Rest() {
          @Override
          public long nanos() {
            return now;
          }

          @Override
          public void of(Duration length) throws InterruptedException {
            pauses.add(length);
            now += length.toNanos();
            if (pauses.size() == pausesBeforeStop) {
              throw new InterruptedException();
            }
          }
        });
  }

  private void run(AgentLoop loop) throws IOException, InterruptedException {
    loop.run((manifest, skipped) -> {}, new PrintWriter(err));
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
}
