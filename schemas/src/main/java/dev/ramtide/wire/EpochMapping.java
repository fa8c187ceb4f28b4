package dev.ramtide.wire;

import dev.ramtide.checkpoint.EpochClaimed;
import dev.ramtide.checkpoint.EpochStarted;
import dev.ramtide.checkpoint.SourceKind;
import dev.ramtide.checkpoint.TopicIds;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.checkpoint.WrappedKey;
import dev.ramtide.guest.GuestMemoryMap;
import dev.ramtide.guest.RamBlock;
import dev.ramtide.guest.Striping;
import dev.ramtide.wire.avro.Block;
import dev.ramtide.wire.avro.Cipher;
import dev.ramtide.wire.avro.Compression;
import dev.ramtide.wire.avro.Encryption;
import dev.ramtide.wire.avro.TopicId;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The beginning of an epoch, domain to Avro and back. */
final class EpochMapping {
  private EpochMapping() {}

  static dev.ramtide.wire.avro.EpochClaimed toAvro(EpochClaimed claim) {
    return new dev.ramtide.wire.avro.EpochClaimed(
        claim.vm().name(), claim.agentHost(), claim.time());
  }

  static EpochClaimed fromAvro(dev.ramtide.wire.avro.EpochClaimed claim) {
    return new EpochClaimed(new VmId(claim.getVm()), claim.getAgentHost(), claim.getTime());
  }

  static dev.ramtide.wire.avro.EpochStarted toAvro(EpochStarted started) {
    return dev.ramtide.wire.avro.EpochStarted.newBuilder()
        .setEpoch(started.epoch())
        .setTime(started.time())
        .setSource(toAvro(started.source()))
        .setQemuVersion(started.qemuVersion())
        .setMachineType(started.machineType())
        .setPageBytes(started.memory().pageBytes())
        .setStripePages(started.stripePages())
        .setPartitionCount(started.partitionCount())
        .setBlocks(started.memory().blocks().stream().map(EpochMapping::toAvro).toList())
        .setPreamble(started.preamble())
        .setPagesTopicId(toAvro(started.topicIds().pages()))
        .setCheckpointsTopicId(toAvro(started.topicIds().checkpoints()))
        .setEncryption(started.encryption().map(EpochMapping::toAvro).orElse(null))
        .build();
  }

  static EpochStarted fromAvro(dev.ramtide.wire.avro.EpochStarted started) {
    List<RamBlock> blocks = started.getBlocks().stream().map(EpochMapping::fromAvro).toList();
    GuestMemoryMap memory = new GuestMemoryMap(started.getPageBytes(), blocks);
    // Refuses a layout that nobody could place pages by, here and not at the first page.
    Striping striping = new Striping(memory, started.getStripePages(), started.getPartitionCount());
    return new EpochStarted(
        started.getEpoch(),
        started.getTime(),
        fromAvro(started.getSource()),
        started.getQemuVersion(),
        started.getMachineType(),
        memory,
        striping.stripePages(),
        striping.partitionCount(),
        started.getPreamble(),
        new TopicIds(
            fromAvro(started.getPagesTopicId()), fromAvro(started.getCheckpointsTopicId())),
        Optional.ofNullable(started.getEncryption()).map(EpochMapping::fromAvro));
  }

  private static Encryption toAvro(WrappedKey key) {
    return new Encryption(
        Cipher.AES_256_GCM,
        key.keyId(),
        key.wrapped(),
        key.compressed() ? Compression.ZSTD : Compression.NONE);
  }

  private static WrappedKey fromAvro(Encryption encryption) {
    return switch (encryption.getCipher()) {
      case AES_256_GCM ->
          new WrappedKey(
              encryption.getKeyId(),
              encryption.getWrappedKey(),
              isCompressed(encryption.getCompression()));
    };
  }

  private static boolean isCompressed(Compression compression) {
    return switch (compression) {
      case NONE -> false;
      case ZSTD -> true;
    };
  }

  private static Block toAvro(RamBlock block) {
    return new Block(block.name(), block.usedLength());
  }

  private static RamBlock fromAvro(Block block) {
    return new RamBlock(block.getName(), block.getUsedLength());
  }

  private static TopicId toAvro(UUID id) {
    ByteBuffer bytes = ByteBuffer.allocate(16);
    bytes.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
    return new TopicId(bytes.array());
  }

  private static UUID fromAvro(TopicId id) {
    ByteBuffer bytes = ByteBuffer.wrap(id.bytes());
    return new UUID(bytes.getLong(), bytes.getLong());
  }

  private static dev.ramtide.wire.avro.SourceKind toAvro(SourceKind kind) {
    return switch (kind) {
      case DRIVEN -> dev.ramtide.wire.avro.SourceKind.DRIVEN;
      case LISTENING -> dev.ramtide.wire.avro.SourceKind.LISTENING;
      case FILE -> dev.ramtide.wire.avro.SourceKind.FILE;
      case KERNEL -> dev.ramtide.wire.avro.SourceKind.KERNEL;
    };
  }

  private static SourceKind fromAvro(dev.ramtide.wire.avro.SourceKind kind) {
    return switch (kind) {
      case DRIVEN -> SourceKind.DRIVEN;
      case LISTENING -> SourceKind.LISTENING;
      case FILE -> SourceKind.FILE;
      case KERNEL -> SourceKind.KERNEL;
    };
  }
}
