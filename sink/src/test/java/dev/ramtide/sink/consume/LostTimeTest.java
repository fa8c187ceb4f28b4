package dev.ramtide.sink.consume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.time.Duration;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

/** What a member may wait for before it polls. */
class LostTimeTest {
  private final ManualClock clock = new ManualClock();
  private final LostTime lost = new LostTime(clock);

  private void seconds(int seconds) {
    clock.sleep(Duration.ofSeconds(seconds));
  }

  @Test
  void aStepThatDoesNotReturnCountsWhateverItThrows() throws Exception {
    lost.run(() -> seconds(30));
    assertThat(lost.isEnough()).isFalse();
    assertThatExceptionOfType(TimeoutException.class)
        .isThrownBy(
            () ->
                lost.run(
                    () -> {
                      seconds(3);
                      throw new TimeoutException("no device state");
                    }));
    assertThat(lost.isEnough()).isFalse();
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(
            () ->
                lost.run(
                    () -> {
                      seconds(3);
                      throw new IOException("no registry");
                    }));
    assertThat(lost.isEnough()).isTrue();
    lost.polled();
    assertThat(lost.isEnough()).isFalse();
  }
}
