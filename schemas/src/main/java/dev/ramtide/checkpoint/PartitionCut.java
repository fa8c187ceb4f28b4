package dev.ramtide.checkpoint;

import dev.ramtide.integrity.PageDigest;

/**
 * One partition's share of a checkpoint.
 *
 * @param startRecordOffset where the checkpoint's events begin; for a keyframe, where a restore may
 *     begin
 * @param endRecordOffset exclusive; everything below it and nothing above it is in the checkpoint
 * @param digest XOR over the hashes of all pages of the partition at this checkpoint
 */
public record PartitionCut(long startRecordOffset, long endRecordOffset, PageDigest digest) {
  public PartitionCut {
    if (startRecordOffset < 0 || endRecordOffset < startRecordOffset) {
      throw new IllegalArgumentException(
          "record offsets " + startRecordOffset + " to " + endRecordOffset);
    }
  }
}
