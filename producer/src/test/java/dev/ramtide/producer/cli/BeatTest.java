package dev.ramtide.producer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BeatTest {
  private static final Duration HALF_SECOND = Duration.ofMillis(500);

  @Test
  void beatsComeAtTheIntervalWhateverACheckpointTakes() {
    Beat beat = new Beat(HALF_SECOND, 0);
    assertThat(beat.untilNext(ms(120))).isEqualTo(Duration.ofMillis(380));
    assertThat(beat.untilNext(ms(980))).isEqualTo(Duration.ofMillis(20));
    assertThat(beat.takeSkipped()).isZero();
  }

  @Test
  void aBeatAtWhichTheLastOneStillGoesOnIsSkippedAndCounted() {
    Beat beat = new Beat(HALF_SECOND, 0);
    assertThat(beat.untilNext(ms(1700))).isEqualTo(Duration.ofMillis(300));
    assertThat(beat.takeSkipped()).isEqualTo(3);
    assertThat(beat.takeSkipped()).isZero();
    assertThat(beat.untilNext(ms(2100))).isEqualTo(Duration.ofMillis(400));
    assertThat(beat.takeSkipped()).isZero();
  }

  @Test
  void triesThatFailUseUpNoBeatThatIsStillToCome() {
    Beat beat = new Beat(HALF_SECOND, 0);
    for (int at : new int[] {10, 30, 70, 510, 1020}) {
      beat.begins(ms(at));
    }
    assertThat(beat.takeSkipped()).isEqualTo(2);
    assertThat(beat.untilNext(ms(1100))).isEqualTo(Duration.ofMillis(400));
    beat.begins(ms(1499)); // woken a moment too early
    assertThat(beat.untilNext(ms(1700))).isEqualTo(Duration.ofMillis(300));
    assertThat(beat.takeSkipped()).isZero();
  }

  @Test
  void whoSetsNoPaceSkipsNothing() {
    Beat beat = new Beat(Duration.ZERO, 0);
    beat.begins(ms(900));
    assertThat(beat.untilNext(ms(1700))).isZero();
    assertThat(beat.takeSkipped()).isZero();
  }

  private static long ms(long ms) {
    return Duration.ofMillis(ms).toNanos();
  }
}
