package dev.ramtide.sink.restore;

import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.checkpoint.RecordedCheckpoint;
import dev.ramtide.sink.consume.VmFollow;
import java.io.IOException;
import java.util.Optional;

/**
 * Which records make a checkpoint: from the last keyframe at or below it to its own end.
 *
 * @param keyframe where the replay begins
 * @param target where it ends
 */
public record RestorePlan(RecordedCheckpoint keyframe, RecordedCheckpoint target) {
  /**
   * @param number the wanted checkpoint, or nothing for the newest
   * @throws IOException it cannot be had; the message says what can
   */
  public static RestorePlan of(VmFollow vm, Optional<Long> number) throws IOException {
    RecordedCheckpoint newest =
        vm.history()
            .newest()
            .orElseThrow(
                () ->
                    new IOException(
                        vm.vm() + " has no complete checkpoint yet: let the agent take one"));
    long wanted = number.orElse(newest.number());
    RecordedCheckpoint target =
        vm.history()
            .checkpoint(wanted)
            .orElseThrow(
                () ->
                    new IOException(
                        "checkpoint "
                            + wanted
                            + " of "
                            + vm.vm()
                            + " is not in the log; it has "
                            + vm.history().checkpoints().get(0).number()
                            + " to "
                            + newest.number()));
    RecordedCheckpoint keyframe =
        vm.history()
            .keyframeFor(wanted)
            .orElseThrow(
                () ->
                    new IOException(
                        "the keyframe that checkpoint "
                            + wanted
                            + " needs is no longer in the log"));
    return new RestorePlan(keyframe, target);
  }

  long startRecordOffset(int partition) {
    return keyframe.manifest().partitions().get(partition).startRecordOffset();
  }

  long endRecordOffset(int partition) {
    return target.manifest().partitions().get(partition).endRecordOffset();
  }

  /** Records to replay, over all partitions. */
  public long recordCount() {
    CheckpointManifest manifest = target.manifest();
    long records = 0;
    for (int partition = 0; partition < manifest.partitions().size(); partition++) {
      records += endRecordOffset(partition) - startRecordOffset(partition);
    }
    return records;
  }
}
