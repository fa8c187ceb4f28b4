package dev.ramtide.producer.capture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ramtide.checkpoint.CaptureMode;
import dev.ramtide.producer.qmp.QmpEvent;
import dev.ramtide.producer.qmp.QmpObject;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** How long a guest stood still, of what QEMU says of it. */
class PauseMeterTest {
  private static final Instant START = Instant.parse("2026-11-24T12:00:00Z");

  private final PauseMeter meter = new PauseMeter(START);

  @Test
  void whereOthersStopTheGuestTooThePauseOfTheCaptureCounts() {
    tell("RESUME", 5);
    assertThat(meter.isOver()).as("a resume without a stop before it").isFalse();
    tell("STOP", 10);
    assertThat(meter.standingSince()).isEqualTo(START.plusMillis(10));
    tell("RESUME", 12);
    assertThat(meter.isOver()).isTrue();
    tell("STOP", 100);
    assertThat(meter.standingSince()).isEqualTo(START.plusMillis(100));
    tell("RESUME", 109);
    tell("STOP", 200);
    assertThat(meter.pauseOf(CaptureMode.BACKGROUND)).isEqualTo(pause(10, 12));
    assertThat(meter.pauseOf(CaptureMode.LIVE)).isEqualTo(pause(100, 109));
    assertThat(meter.pauseOf(CaptureMode.STOP)).isEqualTo(pause(100, 109));
  }

  @Test
  void whoeverLetTheGuestGoBeforeItWasStoppedForTheCaptureDoesNotCount() {
    tell("STOP", 1);
    tell("RESUME", 2);
    assertThat(meter.wasResumed()).isTrue();
    meter.forgetResumes();
    assertThat(meter.wasResumed()).isFalse();
    tell("STOP", 3);
    tell("RESUME", 4);
    meter.forgetResumesIfStanding();
    assertThat(meter.wasResumed()).as("let go after the stop").isTrue();
    tell("STOP", 5);
    meter.forgetResumesIfStanding();
    assertThat(meter.wasResumed()).isFalse();
  }

  @Test
  void theLongerOfQemusTwoFiguresIsTheGuests() {
    assertThat(pause(10, 14).length(Duration.ofMillis(7)))
        .as("the processors took 3 ms to stop")
        .isEqualTo(Duration.ofMillis(7));
    assertThat(pause(10, 14).length(Duration.ofMillis(3)))
        .as("the guest waited for 'cont'")
        .isEqualTo(Duration.ofMillis(4));
  }

  @Test
  void ofAGuestThatStoodAllTheTimeNothingIsCounted() {
    assertThat(meter.isOver()).isFalse();
    assertThat(meter.standingSince()).isEqualTo(START);
    assertThat(meter.pauseOf(CaptureMode.STOP)).isEqualTo(pause(0, 0));
  }

  @Test
  void whereNoResumeIsToldQemusDowntimeIsAllThatIsKnown() {
    tell("STOP", 10);
    assertThat(meter.pauseOf(CaptureMode.BACKGROUND)).isEqualTo(pause(10, 10));
    assertThat(pause(10, 10).length(Duration.ofMillis(6))).isEqualTo(Duration.ofMillis(6));
  }

  private static PauseMeter.Pause pause(long fromMs, long toMs) {
    return new PauseMeter.Pause(START.plusMillis(fromMs), START.plusMillis(toMs));
  }

  private void tell(String name, long afterMs) {
    meter.onEvent(new QmpEvent(name, START.plusMillis(afterMs), QmpObject.EMPTY));
  }
}
