package dev.ramtide.sink.consume;

import dev.ramtide.checkpoint.CheckpointRecord;
import dev.ramtide.checkpoint.DeviceStateChunk;
import dev.ramtide.checkpoint.DeviceStateSummary;
import dev.ramtide.checkpoint.RecordPlace;
import dev.ramtide.checkpoint.RecordedCheckpoint;
import dev.ramtide.encryption.NotAuthenticException;
import dev.ramtide.registry.RegistryException;
import dev.ramtide.time.MonotonicClock;
import dev.ramtide.wire.MalformedEventException;
import dev.ramtide.wire.UnreadRecords;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts the device state of one checkpoint together again from the checkpoints topic.
 *
 * <p>Thread-safe: one read at a time.
 */
public final class DeviceStateReader implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(DeviceStateReader.class);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Consumer<byte[], ByteBuffer> consumer;
  private final MonotonicClock clock;

  /**
   * @param consumer a {@link SinkClients#seekingReader}; its assignment is the reader's while it
   *     reads
   */
  public DeviceStateReader(Consumer<byte[], ByteBuffer> consumer, MonotonicClock clock) {
    this.consumer = consumer;
    this.clock = clock;
  }

  /**
   * @param vm as its history was read
   * @throws IOException the pieces are not what the manifest says
   * @throws TimeoutException the broker does not answer; another try may succeed
   * @throws OffsetOutOfRangeException the log has it no longer
   */
  public synchronized ByteBuffer read(
      VmFollow vm, String checkpointsTopic, RecordedCheckpoint checkpoint) throws IOException {
    DeviceStateSummary summary = checkpoint.manifest().deviceState();
    ByteBuffer deviceState = ByteBuffer.allocate(Math.toIntExact(summary.bytes()));
    TopicPartition partition = new TopicPartition(checkpointsTopic, 0);
    consumer.assign(List.of(partition));
    consumer.seek(partition, checkpoint.deviceStateRecordOffset());
    long deadlineNanos = clock.nanoTime() + PATIENCE.toNanos();
    int chunks = 0;
    while (consumer.position(partition) < checkpoint.manifestRecordOffset()) {
      for (ConsumerRecord<byte[], ByteBuffer> record : consumer.poll(POLL)) {
        boolean before = record.offset() < checkpoint.manifestRecordOffset();
        if (before) {
          Optional<DeviceStateChunk> next = next(vm, record, checkpoint, chunks);
          chunks += next.isPresent() && append(next.get(), deviceState) ? 1 : 0;
        }
      }
      if (clock.nanoTime() > deadlineNanos) {
        throw new TimeoutException(
            "the device state of checkpoint "
                + checkpoint.number()
                + " did not arrive from "
                + checkpointsTopic
                + " within "
                + PATIENCE.toSeconds()
                + " s. Is the broker up?");
      }
    }
    check(checkpoint, chunks, deviceState);
    return deviceState.flip();
  }

  private static void check(RecordedCheckpoint checkpoint, int chunks, ByteBuffer deviceState)
      throws IOException {
    DeviceStateSummary summary = checkpoint.manifest().deviceState();
    CRC32C crc = new CRC32C();
    crc.update(deviceState.duplicate().flip());
    boolean whole = chunks == summary.chunkCount() && !deviceState.hasRemaining();
    if (!whole || (int) crc.getValue() != summary.checksum()) {
      throw new IOException(
          "the device state of checkpoint "
              + checkpoint.number()
              + " is not what its manifest says: "
              + chunks
              + " of "
              + summary.chunkCount()
              + " pieces, "
              + deviceState.position()
              + " of "
              + summary.bytes()
              + " bytes, checksum "
              + (whole ? "wrong" : "not computed")
              + ". Restore another checkpoint");
    }
  }

  /** Nothing for a record that is refused. */
  private static Optional<CheckpointRecord> decoded(
      VmFollow vm, ConsumerRecord<byte[], ByteBuffer> record) throws IOException {
    try {
      return Optional.of(vm.codec().decodeCheckpoint(PageRecord.valueOf(record)));
    } catch (MalformedEventException e) {
      // Whoever knows of the manifest has read this record before it, and was told to pass over it.
      return Optional.empty();
    } catch (RegistryException e) {
      RecordPlace place = new RecordPlace(record.topic(), record.partition(), record.offset());
      LOG.debug("{}: {}", place, UnreadRecords.passOver(vm.skipped(), place, e));
      return Optional.empty(); // As above.
    }
  }

  /** The piece that comes next, if the record is it. */
  private static Optional<DeviceStateChunk> next(
      VmFollow vm,
      ConsumerRecord<byte[], ByteBuffer> record,
      RecordedCheckpoint checkpoint,
      int chunkIndex)
      throws IOException {
    if (decoded(vm, record).orElse(null) instanceof DeviceStateChunk chunk
        && chunk.epoch() == checkpoint.manifest().epoch()
        && chunk.checkpoint() == checkpoint.number()
        && chunk.chunkIndex() == chunkIndex) {
      try {
        return Optional.of(vm.keys().decrypted(chunk, checkpoint.epoch()));
      } catch (NotAuthenticException e) {
        // The genuine one comes later, or is missing in the end.
        LOG.atWarn()
            .addKeyValue(
                "record", new RecordPlace(record.topic(), record.partition(), record.offset()))
            .addKeyValue("reason", e.getMessage())
            .log("a piece of device state is passed over");
      }
    }
    return Optional.empty();
  }

  private static boolean append(DeviceStateChunk chunk, ByteBuffer deviceState) {
    boolean fits = chunk.bytes().remaining() <= deviceState.remaining();
    if (fits) {
      deviceState.put(chunk.bytes());
    }
    return fits;
  }

  @Override
  public synchronized void close() {
    SinkClients.close(consumer);
  }
}
