package dev.ramtide.sink.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ramtide.checkpoint.CaptureMode;
import dev.ramtide.checkpoint.CaptureTimes;
import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.checkpoint.DeviceStateSummary;
import dev.ramtide.checkpoint.PageCounts;
import dev.ramtide.checkpoint.PageVersion;
import dev.ramtide.checkpoint.RecordedCheckpoint;
import dev.ramtide.sink.SmallGuest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class VersionMarksTest {
  @Test
  void aVersionBelongsToTheCheckpointInWhoseSequencesItLies() {
    VersionMarks marks =
        VersionMarks.of(
            List.of(
                recorded(1, 0, true, OptionalLong.of(38)),
                recorded(2, 0, false, OptionalLong.of(38)),
                recorded(3, 0, false, OptionalLong.of(41)),
                recorded(4, 90, true, OptionalLong.of(38))));
    assertThat(marks.checkpointOf(new PageVersion(0, 37))).isEqualTo(1);
    assertThat(marks.checkpointOf(new PageVersion(0, 38))).isEqualTo(3);
    assertThat(marks.checkpointOf(new PageVersion(0, 40))).isEqualTo(3);
    assertThat(marks.checkpointOf(new PageVersion(90, 0))).isEqualTo(4);
    assertThat(marks.checkpointOf(new PageVersion(90, 99))).isEqualTo(4);
    assertThat(marks.checkpointOfZeros()).isEqualTo(1);
  }

  @Test
  void whatIsOlderThanAllThatIsKnownIsEarlier() {
    VersionMarks marks =
        VersionMarks.of(
            List.of(
                recorded(7, 5, false, OptionalLong.of(20)),
                recorded(8, 5, false, OptionalLong.of(30))));
    assertThat(marks.checkpointOf(new PageVersion(5, 19))).isEqualTo(VersionMarks.EARLIER);
    assertThat(marks.checkpointOf(new PageVersion(5, 20))).isEqualTo(8);
    assertThat(marks.checkpointOfZeros()).isZero();
  }

  @Test
  void aManifestThatDoesNotTellLeavesAGapAndNoLie() {
    VersionMarks marks =
        VersionMarks.of(
            List.of(
                recorded(1, 0, true, OptionalLong.of(10)),
                recorded(2, 0, false, OptionalLong.empty()),
                recorded(3, 0, false, OptionalLong.of(30)),
                recorded(4, 0, false, OptionalLong.of(40))));
    assertThat(marks.known()).extracting(VersionMarks.Mark::checkpoint).containsExactly(1L, 4L);
    assertThat(marks.checkpointOf(new PageVersion(0, 9))).isEqualTo(1);
    assertThat(marks.checkpointOf(new PageVersion(0, 10))).isEqualTo(VersionMarks.EARLIER);
    assertThat(marks.checkpointOf(new PageVersion(0, 29))).isEqualTo(VersionMarks.EARLIER);
    assertThat(marks.checkpointOf(new PageVersion(0, 30))).isEqualTo(4);
  }

  private static RecordedCheckpoint recorded(
      long number, long epoch, boolean keyframe, OptionalLong endSequence) {
    CaptureTimes times =
        new CaptureTimes(Instant.EPOCH, Instant.EPOCH, Instant.EPOCH, Instant.EPOCH, Duration.ZERO);
    CheckpointManifest manifest =
        new CheckpointManifest(
            number,
            epoch,
            keyframe,
            "",
            CaptureMode.LIVE,
            times,
            List.of(),
            new DeviceStateSummary(0, 0, 0),
            new PageCounts(0, 0, 0, 0, 0),
            Optional.empty(),
            Optional.empty(),
            endSequence,
            Optional.empty());
    return new RecordedCheckpoint(manifest, SmallGuest.epoch(epoch), 0, 0, 0);
  }
}
