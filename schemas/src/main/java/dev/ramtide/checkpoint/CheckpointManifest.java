package dev.ramtide.checkpoint;

import dev.ramtide.integrity.PageDigest;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * {@code CheckpointCompleted}: what a checkpoint consists of, and its proof. Published only after
 * every page and every piece of device state was acknowledged.
 *
 * @param checkpoint its number, from 1
 * @param keyframe whether every page was published again, so that a restore may start here from
 *     nothing
 * @param label free text of the operator, or empty
 * @param partitions by partition number
 * @param hook what became of the operator's command while the guest stood, if there was one
 * @param hostReads what was read of QEMU's memory, if the pages came that way
 * @param endSequence exclusive: where its events end in the sequences of its epoch, if it was
 *     written
 */
public record CheckpointManifest(
    long checkpoint,
    long epoch,
    boolean keyframe,
    String label,
    CaptureMode mode,
    CaptureTimes times,
    List<PartitionCut> partitions,
    DeviceStateSummary deviceState,
    PageCounts counts,
    Optional<HookOutcome> hook,
    Optional<HostReads> hostReads,
    OptionalLong endSequence)
    implements CheckpointRecord {
  public CheckpointManifest {
    // After the last number of all there would be none for the next checkpoint.
    if (checkpoint < 1 || checkpoint == Long.MAX_VALUE || epoch < 0) {
      throw new IllegalArgumentException("checkpoint " + checkpoint + " of epoch " + epoch);
    }
    partitions = List.copyOf(partitions);
  }

  /** Of a checkpoint without a hook, whose pages QEMU sent. */
  public CheckpointManifest(
      long checkpoint,
      long epoch,
      boolean keyframe,
      String label,
      CaptureMode mode,
      CaptureTimes times,
      List<PartitionCut> partitions,
      DeviceStateSummary deviceState,
      PageCounts counts) {
    this(
        checkpoint,
        epoch,
        keyframe,
        label,
        mode,
        times,
        partitions,
        deviceState,
        counts,
        Optional.empty(),
        Optional.empty());
  }

  /** Of a checkpoint of which nobody knows where its sequences end. */
  public CheckpointManifest(
      long checkpoint,
      long epoch,
      boolean keyframe,
      String label,
      CaptureMode mode,
      CaptureTimes times,
      List<PartitionCut> partitions,
      DeviceStateSummary deviceState,
      PageCounts counts,
      Optional<HookOutcome> hook,
      Optional<HostReads> hostReads) {
    this(
        checkpoint,
        epoch,
        keyframe,
        label,
        mode,
        times,
        partitions,
        deviceState,
        counts,
        hook,
        hostReads,
        OptionalLong.empty());
  }

  /** XOR over all partitions: the digest of the whole memory, whatever the number of partitions. */
  public PageDigest digest() {
    return partitions.stream().map(PartitionCut::digest).reduce(PageDigest.ZERO, PageDigest::xor);
  }
}
