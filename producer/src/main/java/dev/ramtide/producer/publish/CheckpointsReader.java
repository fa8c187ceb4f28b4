package dev.ramtide.producer.publish;

import dev.ramtide.checkpoint.CheckpointHistory;
import dev.ramtide.checkpoint.CheckpointRecord;
import dev.ramtide.checkpoint.EpochClaimed;
import dev.ramtide.checkpoint.RecordPlace;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.encryption.EpochKeys;
import dev.ramtide.encryption.MissingKeyException;
import dev.ramtide.encryption.NotAuthenticException;
import dev.ramtide.registry.RegistryException;
import dev.ramtide.wire.EventCodec;
import dev.ramtide.wire.MalformedEventException;
import dev.ramtide.wire.UnreadRecords;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the checkpoints topic as it grows, and knows who holds the VM. */
final class CheckpointsReader implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(CheckpointsReader.class);
  private static final Duration POLL = Duration.ofMillis(200);

  /** Polls without a record before the end is reached: 20 seconds. */
  private static final int PATIENCE = 100;

  private final LogSettings settings;
  private final Consumer<byte[], byte[]> consumer;
  private final TopicPartition partition;
  private final EventCodec codec;
  private final EpochKeys keys;
  private final OwnClaims own;
  private final CheckpointHistory history = new CheckpointHistory(1);
  private long newestClaimRecordOffset = -1;
  private @Nullable EpochClaimed newestClaim;

  CheckpointsReader(
      LogSettings settings, Consumer<byte[], byte[]> consumer, EventCodec codec, OwnClaims own) {
    this.own = own;
    this.settings = settings;
    this.codec = codec;
    this.keys = new EpochKeys(settings.topics().vm(), settings.keys().reader());
    this.consumer = consumer;
    this.partition = new TopicPartition(settings.topics().checkpoints(), 0);
    consumer.assign(List.of(partition));
    consumer.seekToBeginning(List.of(partition));
  }

  CheckpointHistory history() {
    return history;
  }

  OwnClaims own() {
    return own;
  }

  /** Reads all that is in the topic now. */
  void readToEnd() throws IOException {
    try {
      readTo(Objects.requireNonNull(consumer.endOffsets(List.of(partition)).get(partition)));
    } catch (KafkaException e) {
      throw failed(e);
    }
  }

  /**
   * Reads on.
   *
   * @param endRecordOffset exclusive; nothing from there on is looked at
   */
  void readTo(long endRecordOffset) throws IOException {
    try {
      int emptyPolls = 0;
      while (consumer.position(partition) < endRecordOffset) {
        long before = consumer.position(partition);
        acceptBelow(endRecordOffset, consumer.poll(POLL));
        emptyPolls = consumer.position(partition) == before ? emptyPolls + 1 : 0;
        if (emptyPolls > PATIENCE) {
          throw new TimeoutException("no record came from offset " + before + " on");
        }
      }
    } catch (KafkaException e) {
      throw failed(e);
    }
  }

  private void acceptBelow(long endRecordOffset, ConsumerRecords<byte[], byte[]> records)
      throws IOException {
    for (ConsumerRecord<byte[], byte[]> record : records) {
      if (record.offset() >= endRecordOffset) {
        // What came later must be looked at later: a claim after our manifest does not undo it.
        consumer.seek(partition, endRecordOffset);
        return;
      }
      accept(record);
    }
  }

  private void accept(ConsumerRecord<byte[], byte[]> record) throws IOException {
    byte[] value = record.value();
    RecordPlace place = new RecordPlace(record.topic(), record.partition(), record.offset());
    try {
      CheckpointRecord decoded =
          keys.believed(
              codec.decodeCheckpoint(ByteBuffer.wrap(value == null ? new byte[0] : value)),
              history);
      history.accept(record.offset(), decoded);
      if (decoded instanceof EpochClaimed claim) {
        newestClaimRecordOffset = record.offset();
        newestClaim = claim;
        own.read(record.offset(), claim);
      }
      settings.skipped().taken(place).ifPresent(told -> warn(place, told));
    } catch (MalformedEventException | NotAuthenticException e) {
      warn(place, settings.skipped().passOver(place, e));
    } catch (RegistryException e) {
      // Unless the registry has no such schema: else it may be a claim that fences us.
      warn(place, UnreadRecords.passOver(settings.skipped(), place, e));
    } catch (MissingKeyException e) {
      throw new IOException(place.inWords() + ": " + e.getMessage(), e);
    }
  }

  private static void warn(RecordPlace place, String told) {
    LOG.atWarn().addKeyValue("record", place).log(told);
  }

  /**
   * @throws FencedException somebody claimed a higher epoch in what was read so far
   * @throws IOException we did so ourselves: an earlier claim of ours arrived after this one
   */
  void requireOwned(VmId vm, long epoch) throws IOException {
    EpochClaimed claim = newestClaim;
    if (claim != null && newestClaimRecordOffset > epoch) {
      if (newestClaimRecordOffset <= own.newestEpoch()) {
        throw new IOException(
            "epoch "
                + epoch
                + " of VM "
                + vm
                + " is over: our own claim of "
                + claim.time()
                + " arrived after it");
      }
      throw new FencedException(vm, epoch, newestClaimRecordOffset, claim);
    }
  }

  /**
   * @throws FencedException this process held the VM, and in what was read so far somebody else
   *     claimed a higher epoch
   */
  void requireNotReplaced(VmId vm) throws FencedException {
    long held = own.newestEpoch();
    long highest = history.highestEpoch();
    if (held < 0 || highest <= held) {
      return;
    }
    EpochClaimed claim = newestClaim;
    if (claim == null || newestClaimRecordOffset < highest) {
      throw new FencedException(vm, held, highest); // Pruned, and the start of its epoch is left.
    }
    throw new FencedException(vm, held, highest, claim);
  }

  private IOException failed(KafkaException e) {
    return LogException.of(settings.servers(), "reading topic " + partition.topic(), e);
  }

  @Override
  public void close() {
    // At once: Kafka's client would wait for a fetch that the broker holds for half a second, and
    // there is no group to leave.
    consumer.close(CloseOptions.timeout(Duration.ZERO));
  }
}
