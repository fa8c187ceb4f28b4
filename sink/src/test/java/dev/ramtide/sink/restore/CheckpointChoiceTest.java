package dev.ramtide.sink.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ramtide.checkpoint.CaptureMode;
import dev.ramtide.checkpoint.CaptureTimes;
import dev.ramtide.checkpoint.CheckpointHistory;
import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.checkpoint.DeviceStateSummary;
import dev.ramtide.checkpoint.EpochClaimed;
import dev.ramtide.checkpoint.PageCounts;
import dev.ramtide.checkpoint.PartitionCut;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.integrity.PageDigest;
import dev.ramtide.sink.SmallGuest;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import org.junit.jupiter.api.Test;

/** Checkpoint n's guest time is n minutes past midnight. */
final class CheckpointChoiceTest {
  private static final VmId VM = new VmId("vm");
  private static final Instant MIDNIGHT = Instant.parse("2026-01-01T00:00:00Z");

  private final CheckpointHistory history = new CheckpointHistory();
  private long recordOffset = 1;

  @Test
  void theNewestIsTheDefault() throws IOException {
    record(1, true, "");
    record(2, false, "");
    assertThat(new CheckpointChoice.Newest().in(VM, history).number()).isEqualTo(2);
  }

  @Test
  void aTimeGivesTheNewestThatIsNotLater() throws IOException {
    record(1, true, "");
    record(2, false, "");
    assertThat(at(MIDNIGHT.plusSeconds(119))).isEqualTo(1);
    assertThat(at(MIDNIGHT.plusSeconds(120))).isEqualTo(2);
    assertThat(at(MIDNIGHT.plusSeconds(9999))).isEqualTo(2);
    assertRefused(
        new CheckpointChoice.At(MIDNIGHT),
        "no checkpoint of 2026-01-01T00:00:00Z or before",
        "the oldest that can still be had is 1 (2026-01-01T00:01:00Z)");
  }

  @Test
  void aLabelGivesTheNewestThatHasIt() throws IOException {
    record(1, true, "a");
    record(2, false, "a");
    record(3, false, "b");
    assertThat(new CheckpointChoice.Labelled("a").in(VM, history).number()).isEqualTo(2);
    assertRefused(new CheckpointChoice.Labelled("c"), "labels are 'a', 'b'");
  }

  @Test
  void ofManyLabelsTheNewestAreNamed() {
    for (int number = 1; number <= 50; number++) {
      record(number, number == 1, "l" + number);
    }
    assertRefused(new CheckpointChoice.Labelled("c"), "the newest of 50 are 'l31'", "'l50'");
  }

  @Test
  void whatWasPrunedIsSaidToBeAndTheOldestIsNamed() {
    record(5, false, "gone");
    record(6, true, "");
    record(7, false, "");
    String oldest = "the oldest that can still be had is 6 (2026-01-01T00:06:00Z)";
    assertRefused(new CheckpointChoice.Numbered(4), "checkpoint 4 of vm was pruned", oldest);
    assertRefused(new CheckpointChoice.Numbered(5), "checkpoint 5 of vm was pruned", oldest);
    assertRefused(new CheckpointChoice.Labelled("gone"), "was pruned", oldest);
    assertRefused(new CheckpointChoice.At(MIDNIGHT.plusSeconds(300)), "was pruned", oldest);
  }

  @Test
  void ofWhatIsGoneWithAllItSaidItIsKnownThatSomethingWasPruned() {
    record(6, true, "");
    String pruned = "those before 6 were pruned";
    String oldest = "the oldest that can still be had is 6 (2026-01-01T00:06:00Z)";
    assertRefused(new CheckpointChoice.Numbered(5), "checkpoint 5 of vm was pruned", oldest);
    assertRefused(
        new CheckpointChoice.At(MIDNIGHT.plusSeconds(359)),
        "no checkpoint of 2026-01-01T00:05:59Z or before",
        pruned,
        oldest);
    assertRefused(new CheckpointChoice.Labelled("gone"), "none has a label", pruned, oldest);
    record(7, false, "b");
    assertRefused(new CheckpointChoice.Labelled("gone"), "labels are 'b'", pruned, oldest);
  }

  @Test
  void whereNothingWasPrunedItIsNotSaid() {
    record(1, true, "a");
    assertThatThrownBy(() -> new CheckpointChoice.At(MIDNIGHT).in(VM, history))
        .hasMessageNotContaining("pruned");
    assertThatThrownBy(() -> new CheckpointChoice.Labelled("b").in(VM, history))
        .hasMessageEndingWith("labels are 'a'");
  }

  @Test
  void whatNeverWasIsToldFromWhatWasPruned() {
    assertRefused(new CheckpointChoice.Numbered(1), "has no complete checkpoint yet");
    record(1, true, "");
    record(4, false, "");
    assertRefused(
        new CheckpointChoice.Numbered(3),
        "checkpoint 3 of vm never completed",
        "are 1 (",
        "and 4 (");
    assertRefused(new CheckpointChoice.Numbered(5), "does not exist yet: the newest is 4 (");
    assertRefused(new CheckpointChoice.Numbered(0), "numbered from 1");
  }

  private long at(Instant time) throws IOException {
    return new CheckpointChoice.At(time).in(VM, history).number();
  }

  private void assertRefused(CheckpointChoice choice, String... words) {
    assertThatThrownBy(() -> choice.in(VM, history))
        .isInstanceOf(IOException.class)
        .hasMessageContainingAll(words);
  }

  private void record(long number, boolean keyframe, String label) {
    if (recordOffset == 1) {
      history.accept(1, new EpochClaimed(VM, "host", MIDNIGHT));
      history.accept(recordOffset++, SmallGuest.epoch(1));
    }
    Instant time = MIDNIGHT.plus(Duration.ofMinutes(number));
    history.accept(
        recordOffset++,
        new CheckpointManifest(
            number,
            1,
            keyframe,
            label,
            CaptureMode.STOP,
            new CaptureTimes(time, time, time, time, Duration.ZERO),
            Collections.nCopies(3, new PartitionCut(0, 0, PageDigest.ZERO)),
            new DeviceStateSummary(0, 0, 0),
            new PageCounts(0, 0, 0, 0, 0)));
  }
}
