package dev.ramtide.checkpoint;

/**
 * A valid manifest and where it stands in the checkpoints topic.
 *
 * @param startRecordOffset record offset of the start of its epoch that was said last before it;
 *     the topic may be cut off before that of a keyframe
 * @param deviceStateRecordOffset record offset of its first device-state chunk; the others lie
 *     between it and the manifest
 * @param manifestRecordOffset record offset of the manifest
 */
public record RecordedCheckpoint(
    CheckpointManifest manifest,
    EpochStarted epoch,
    long startRecordOffset,
    long deviceStateRecordOffset,
    long manifestRecordOffset) {
  /** At the same places another reading of its manifest. */
  public RecordedCheckpoint with(CheckpointManifest reading) {
    return new RecordedCheckpoint(
        reading, epoch, startRecordOffset, deviceStateRecordOffset, manifestRecordOffset);
  }

  public long number() {
    return manifest.checkpoint();
  }
}
