package dev.ramtide.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ramtide.guest.GuestMemoryMap;
import dev.ramtide.guest.RamBlock;
import dev.ramtide.integrity.PageDigest;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class CheckpointHistoryTest {
  private static final VmId VM = new VmId("web-1");
  private final CheckpointHistory history = new CheckpointHistory();
  private long recordOffset;

  @Test
  void aManifestOfTheHighestEpochCounts() {
    long epoch = claimAndStart();
    accept(manifest(1, epoch, true));
    accept(manifest(2, epoch, false));
    assertThat(history.newest().orElseThrow().number()).isEqualTo(2);
    assertThat(history.nextNumber()).isEqualTo(3);
    assertThat(history.keyframeFor(2).orElseThrow().number()).isEqualTo(1);
  }

  @Test
  void aManifestAfterAHigherClaimDoesNot() {
    long zombie = claimAndStart();
    accept(manifest(1, zombie, true));
    accept(
        new EpochClaimed(
            VM, "host", Instant.EPOCH)); // The successor has claimed and not yet started.
    accept(manifest(2, zombie, false));
    assertThat(history.newest().orElseThrow().number()).isEqualTo(1);
    assertThat(history.nextNumber()).isEqualTo(2);
  }

  @Test
  void aStartSpeaksForAClaimThatWasPruned() {
    accept(start(50));
    accept(manifest(9, 50, true));
    accept(start(7));
    accept(manifest(10, 7, true));
    assertThat(history.highestEpoch()).isEqualTo(50);
    assertThat(history.newest().orElseThrow().number()).isEqualTo(9);
  }

  @Test
  void aNumberIsNeverUsedTwice() {
    long epoch = claimAndStart();
    CheckpointManifest first = manifest(4, epoch, true);
    accept(first);
    accept(manifest(4, epoch, false));
    accept(manifest(3, epoch, false));
    assertThat(history.checkpoints()).hasSize(1);
    assertThat(history.checkpoint(4).orElseThrow().manifest()).isEqualTo(first);
  }

  @Test
  void aManifestWithoutItsEpochsStartOrWithAnotherPartitionCountDoesNotCount() {
    accept(new EpochClaimed(VM, "host", Instant.EPOCH));
    accept(manifest(1, 0, true));
    assertThat(history.newest()).isEmpty();
    accept(start(0));
    CheckpointManifest whole = manifest(1, 0, true);
    accept(
        new CheckpointManifest(
            1,
            0,
            true,
            "",
            whole.mode(),
            whole.times(),
            List.of(),
            whole.deviceState(),
            whole.counts()));
    assertThat(history.newest()).isEmpty();
  }

  @Test
  void deviceStateIsFoundWhereItsFirstPieceStands() {
    long epoch = claimAndStart();
    accept(chunk(epoch, 1, 0)); // Of a capture that was never completed.
    accept(new CheckpointFailed(epoch, 1, Instant.EPOCH, "broker"));
    long next = claimAndStart();
    long firstChunk = recordOffset;
    accept(chunk(next, 1, 0));
    accept(chunk(epoch, 1, 1)); // The zombie's piece in between.
    accept(chunk(next, 1, 1));
    accept(manifest(1, next, true));
    assertThat(history.newest().orElseThrow().deviceStateRecordOffset()).isEqualTo(firstChunk);
  }

  @Test
  void aFollowerForgetsAllButTheNewestAndTheKeyframeThatItNeeds() {
    CheckpointHistory bounded = new CheckpointHistory(2);
    bounded.accept(0, new EpochClaimed(VM, "host", Instant.EPOCH));
    bounded.accept(1, start(0));
    for (long number = 1; number <= 9; number++) {
      bounded.accept(1 + number, manifest(number, 0, number == 1 || number == 4));
    }
    assertThat(bounded.checkpoints())
        .extracting(RecordedCheckpoint::number)
        .containsExactly(4L, 8L, 9L);
    assertThat(bounded.keyframeFor(9).orElseThrow().number()).isEqualTo(4);
    assertThat(bounded.keyframeFor(3)).isEmpty();
    assertThat(bounded.oldestRestorable().orElseThrow().number()).isEqualTo(4);
    assertThat(bounded.nextNumber()).isEqualTo(10);
  }

  @Test
  void aFollowerForgetsTheEpochsOfWhatItForgets() {
    CheckpointHistory bounded = new CheckpointHistory(2);
    for (long epoch = 0; epoch < 9; epoch++) {
      bounded.accept(epoch, start(epoch));
      bounded.accept(epoch, manifest(epoch + 1, epoch, true));
    }
    bounded.accept(9, start(9));
    assertThat(bounded.epoch(6)).isEmpty();
    assertThat(bounded.epoch(7)).as("of the older one that is kept").isPresent();
    assertThat(bounded.newestEpoch().orElseThrow().epoch()).isEqualTo(9);
  }

  @Test
  void theOldestRestorableIsTheFirstKeyframe() {
    assertThat(history.oldestRestorable()).isEmpty();
    accept(start(50)); // All before was pruned, and a manifest has lost its keyframe.
    accept(manifest(7, 50, false));
    assertThat(history.oldestRestorable()).isEmpty();
    accept(manifest(8, 50, true));
    accept(manifest(9, 50, false));
    accept(manifest(10, 50, true));
    assertThat(history.oldestRestorable().orElseThrow().number()).isEqualTo(8);
  }

  @Test
  void aKeyframeKnowsTheStartThatWasRepeatedBeforeIt() {
    long epoch = claimAndStart();
    accept(manifest(1, epoch, true));
    accept(manifest(2, epoch, false));
    long repeated = recordOffset;
    accept(start(epoch));
    accept(chunk(epoch, 3, 0));
    accept(manifest(3, epoch, true));
    assertThat(history.checkpoint(1).orElseThrow().startRecordOffset()).isEqualTo(epoch + 1);
    assertThat(history.checkpoint(3).orElseThrow().startRecordOffset()).isEqualTo(repeated);
  }

  private long claimAndStart() {
    long epoch = recordOffset;
    accept(new EpochClaimed(VM, "host", Instant.EPOCH));
    accept(start(epoch));
    return epoch;
  }

  private void accept(CheckpointRecord record) {
    history.accept(recordOffset++, record);
  }

  private static DeviceStateChunk chunk(long epoch, long checkpoint, int index) {
    return new DeviceStateChunk(epoch, checkpoint, index, ByteBuffer.allocate(1));
  }

  private static EpochStarted start(long epoch) {
    GuestMemoryMap memory = new GuestMemoryMap(4096, List.of(new RamBlock("pc.ram", 4096)));
    TopicIds ids = new TopicIds(new UUID(1, 1), new UUID(2, 2));
    return new EpochStarted(
        epoch,
        Instant.EPOCH,
        SourceKind.DRIVEN,
        "",
        "pc",
        memory,
        4,
        1,
        ByteBuffer.allocate(0),
        ids);
  }

  private static CheckpointManifest manifest(long number, long epoch, boolean keyframe) {
    CaptureTimes times =
        new CaptureTimes(Instant.EPOCH, Instant.EPOCH, Instant.EPOCH, Instant.EPOCH, Duration.ZERO);
    return new CheckpointManifest(
        number,
        epoch,
        keyframe,
        "",
        CaptureMode.STOP,
        times,
        List.of(new PartitionCut(0, 0, PageDigest.ZERO)),
        new DeviceStateSummary(0, 0, 0),
        new PageCounts(0, 0, 0, 0, 0));
  }
}
