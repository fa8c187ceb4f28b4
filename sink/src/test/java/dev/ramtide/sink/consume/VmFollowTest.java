package dev.ramtide.sink.consume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ramtide.checkpoint.CheckpointHistory;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.sink.SmallGuest;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class VmFollowTest {
  private static final IOException FULL = new IOException("No space left on device");

  private final VmFollow vm =
      new VmFollow(new VmId("v"), SmallGuest.TOPICS, new CheckpointHistory());

  @Test
  void itIsTriedAgainAfterAPauseThatGrowsUntilItWentWellForLong() {
    long now = -1; // The clock may stand anywhere.
    for (int seconds : new int[] {10, 20, 40, 80, 160, 300, 300}) {
      assertThat(vm.tryAgain(now)).isTrue();
      assertThat(vm.fail(FULL, now)).contains(Duration.ofSeconds(seconds));
      assertThat(vm.failure()).contains(FULL);
      now += Duration.ofSeconds(seconds).toNanos();
      assertThat(vm.tryAgain(now - 1)).isFalse();
    }
    assertThat(vm.tryAgain(now)).isTrue();
    assertThat(vm.failure()).isEmpty();
    assertThat(vm.fail(FULL, now + Duration.ofMinutes(6).toNanos()))
        .contains(Duration.ofSeconds(10));
  }

  @Test
  void theFirstReasonCountsAndIsToldOnce() {
    vm.fail(FULL, 0);
    assertThat(vm.fail(new IOException("the same, in another partition"), 1)).isEmpty();
    assertThat(vm.failure()).contains(FULL);
  }

  @Test
  void aHistoryThatCannotBeReadOnIsLostForGood() {
    IOException gap = new IOException("cut off");
    vm.fail(FULL, 0);
    vm.lose(gap);
    assertThat(vm.failure()).contains(gap);
    assertThat(vm.tryAgain(Duration.ofDays(1).toNanos())).isFalse();
  }
}
