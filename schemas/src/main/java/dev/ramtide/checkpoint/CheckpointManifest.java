package dev.ramtide.checkpoint;

import dev.ramtide.integrity.PageDigest;
import java.nio.ByteBuffer;
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
 * @param encryptedProof of an encrypted epoch, as it is in the log: the digests and the checksum of
 *     the device state, which say nothing here until it is decrypted
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
    OptionalLong endSequence,
    Optional<ByteBuffer> encryptedProof)
    implements CheckpointRecord {
  public CheckpointManifest {
    // After the last number of all there would be none for the next checkpoint.
    if (checkpoint < 1 || checkpoint == Long.MAX_VALUE || epoch < 0) {
      throw new IllegalArgumentException("checkpoint " + checkpoint + " of epoch " + epoch);
    }
    partitions = List.copyOf(partitions);
    encryptedProof = encryptedProof.map(ByteBuffer::asReadOnlyBuffer);
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
        Optional.empty(),
        OptionalLong.empty(),
        Optional.empty());
  }

  /** What was computed from the guest's bytes: hidden, or there again. */
  public CheckpointManifest withProof(
      List<PartitionCut> cuts, DeviceStateSummary summary, Optional<ByteBuffer> encrypted) {
    return new CheckpointManifest(
        checkpoint,
        epoch,
        keyframe,
        label,
        mode,
        times,
        cuts,
        summary,
        counts,
        hook,
        hostReads,
        endSequence,
        encrypted);
  }

  /** Whether its digests can be read. */
  public boolean isOpen() {
    return encryptedProof.isEmpty();
  }

  /** XOR over all partitions: the digest of the whole memory, whatever the number of partitions. */
  public PageDigest digest() {
    if (!isOpen()) {
      throw new IllegalStateException("the digests of checkpoint " + checkpoint + " are encrypted");
    }
    return partitions.stream().map(PartitionCut::digest).reduce(PageDigest.ZERO, PageDigest::xor);
  }
}
