package dev.ramtide.sink.consume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ramtide.checkpoint.RecordedCheckpoint;
import java.io.IOException;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Which checkpoints a rule leaves, keyframes being 1, 4 and 7. */
final class PrunePlanTest {
  private final ScriptedLog log = new ScriptedLog();

  @Test
  void whatIsKeptBringsItsKeyframeAlong() throws Exception {
    nine();
    PrunePlan plan = PrunePlan.keepNewest(log.follow, 4);
    assertThat(plan.oldestWanted().number()).isEqualTo(6);
    assertThat(plan.keyframe().number()).isEqualTo(4);
    assertThat(plan.dropped()).extracting(RecordedCheckpoint::number).containsExactly(1L, 2L, 3L);
    assertThat(plan.left()).hasSize(6);
  }

  @Test
  void toKeepMoreThanThereAreKeepsAll() throws Exception {
    nine();
    PrunePlan plan = PrunePlan.keepNewest(log.follow, Integer.MAX_VALUE);
    assertThat(plan.keyframe()).isEqualTo(plan.before());
    assertThat(plan.dropped()).isEmpty();
  }

  @Test
  void theNewestStaysHoweverOldItIs() throws Exception {
    nine();
    PrunePlan plan = PrunePlan.keepSince(log.follow, Instant.EPOCH.plusSeconds(1));
    assertThat(plan.oldestWanted().number()).isEqualTo(9);
    assertThat(plan.keyframe().number()).isEqualTo(7);
    assertThat(PrunePlan.keepSince(log.follow, Instant.EPOCH).dropped()).isEmpty();
  }

  @Test
  void anAgeKeepsThoseSinceThenAndTheirKeyframe() throws Exception {
    log.secondsApart(10); // Checkpoint n is of second 10 n.
    nine();
    assertKeptSince(60, 6, 4);
    assertKeptSince(61, 7, 7);
    assertKeptSince(69, 7, 7);
    assertKeptSince(90, 9, 7);
    assertKeptSince(91, 9, 7);
    assertKeptSince(0, 1, 1);
  }

  private void assertKeptSince(long second, long oldestWanted, long keyframe) throws IOException {
    PrunePlan plan = PrunePlan.keepSince(log.follow, Instant.ofEpochSecond(second));
    assertThat(plan.oldestWanted().number()).isEqualTo(oldestWanted);
    assertThat(plan.keyframe().number()).isEqualTo(keyframe);
    assertThat(plan.dropped()).hasSize((int) keyframe - 1);
    assertThat(plan.left()).hasSize(10 - (int) keyframe);
  }

  @Test
  void numbersGoOnAfterAPrune() throws Exception {
    nine();
    log.prune(7);
    assertThat(log.follow.history().nextNumber()).isEqualTo(10);
    assertThat(log.follow.history().oldestRestorable().orElseThrow().number()).isEqualTo(7);
    PrunePlan again = PrunePlan.keepNewest(log.follow, 1);
    assertThat(again.dropped()).isEmpty();
    assertThat(again.before()).isEqualTo(again.keyframe());
  }

  @Test
  void withoutAnyKeyframeThereIsNothingToKeep() {
    log.startEpoch(40);
    log.complete(3, false);
    assertThatThrownBy(() -> PrunePlan.keepNewest(log.follow, 1))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("no checkpoint that can be restored");
  }

  private void nine() {
    log.startEpoch(40);
    for (int checkpoint = 1; checkpoint <= 9; checkpoint++) {
      boolean keyframe = checkpoint % 3 == 1;
      if (keyframe && checkpoint > 1) {
        log.repeatStart();
      }
      log.complete(checkpoint, keyframe);
    }
  }
}
