package dev.ramtide.checkpoint;

import dev.ramtide.guest.GuestMemoryMap;
import dev.ramtide.guest.Striping;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Optional;

/**
 * What a sink must know before it can place the first page of an epoch. Acknowledged before that
 * page is sent, and repeated before every keyframe, so that the log may be cut off before any
 * keyframe.
 *
 * @param qemuVersion as QMP tells it, or empty when nobody could ask
 * @param machineType canonical, such as {@code pc-q35-10.0}
 * @param stripePages pages of a stripe
 * @param partitionCount partitions of the pages topic
 * @param preamble header and configuration section as received (QEMU's stream from byte 0 to the
 *     first section)
 * @param encryption the key of the epoch, when what it publishes of the guest is encrypted
 */
public record EpochStarted(
    long epoch,
    Instant time,
    SourceKind source,
    String qemuVersion,
    String machineType,
    GuestMemoryMap memory,
    int stripePages,
    int partitionCount,
    ByteBuffer preamble,
    TopicIds topicIds,
    Optional<WrappedKey> encryption)
    implements CheckpointRecord {
  public EpochStarted {
    if (epoch < 0) {
      throw new IllegalArgumentException("epoch " + epoch);
    }
    preamble = preamble.asReadOnlyBuffer();
  }

  /** Of an epoch that is not encrypted. */
  public EpochStarted(
      long epoch,
      Instant time,
      SourceKind source,
      String qemuVersion,
      String machineType,
      GuestMemoryMap memory,
      int stripePages,
      int partitionCount,
      ByteBuffer preamble,
      TopicIds topicIds) {
    this(
        epoch,
        time,
        source,
        qemuVersion,
        machineType,
        memory,
        stripePages,
        partitionCount,
        preamble,
        topicIds,
        Optional.empty());
  }

  /** The same, with the key of what follows. */
  public EpochStarted withEncryption(WrappedKey key) {
    return new EpochStarted(
        epoch,
        time,
        source,
        qemuVersion,
        machineType,
        memory,
        stripePages,
        partitionCount,
        preamble,
        topicIds,
        Optional.of(key));
  }

  @Override
  public ByteBuffer preamble() {
    return preamble.duplicate();
  }

  public Striping striping() {
    return new Striping(memory, stripePages, partitionCount);
  }
}
