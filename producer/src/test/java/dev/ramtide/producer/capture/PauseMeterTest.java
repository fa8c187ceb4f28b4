package dev.ramtide.producer.capture;

import static org.assertj.core.api.Assertions.assertThat;

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
  void theFirstStopAndTheLastResumeCount() {
    meter.onEvent(event("RESUME", 5));
    assertThat(meter.isOver()).as("a resume without a stop before it").isFalse();
    meter.onEvent(event("STOP", 10));
    meter.onEvent(event("RESUME", 12));
    meter.onEvent(event("STOP", 15));
    meter.onEvent(event("RESUME", 19));
    assertThat(meter.isOver()).isTrue();
    assertThat(meter.pause()).isEqualTo(START.plusMillis(10));
    assertThat(meter.resume()).isEqualTo(START.plusMillis(19));
    assertThat(meter.length(Duration.ZERO)).isEqualTo(Duration.ofMillis(9));
  }

  @Test
  void theLongerOfQemusTwoFiguresIsTheGuests() {
    meter.onEvent(event("STOP", 10));
    meter.onEvent(event("RESUME", 14));
    assertThat(meter.length(Duration.ofMillis(7)))
        .as("the processors took 3 ms to stop")
        .isEqualTo(Duration.ofMillis(7));
    assertThat(meter.length(Duration.ofMillis(3)))
        .as("the guest waited for 'cont'")
        .isEqualTo(Duration.ofMillis(4));
  }

  @Test
  void ofAGuestThatStoodAllTheTimeNothingIsCounted() {
    assertThat(meter.isOver()).isFalse();
    assertThat(meter.pause()).isEqualTo(START);
    assertThat(meter.resume()).isEqualTo(START);
    assertThat(meter.length(Duration.ZERO)).isZero();
  }

  @Test
  void whereNoResumeIsToldQemusDowntimeIsAllThatIsKnown() {
    meter.onEvent(event("STOP", 10));
    assertThat(meter.length(Duration.ofMillis(6))).isEqualTo(Duration.ofMillis(6));
  }

  private static QmpEvent event(String name, long afterMs) {
    return new QmpEvent(name, START.plusMillis(afterMs), QmpObject.EMPTY);
  }
}
