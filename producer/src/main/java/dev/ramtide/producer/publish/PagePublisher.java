package dev.ramtide.producer.publish;

import dev.ramtide.checkpoint.DirtyPages;
import dev.ramtide.producer.dirty.DirtyPagesHandler;
import dev.ramtide.producer.publish.FlushedCapture.RecordRange;
import dev.ramtide.refusal.Right;
import dev.ramtide.wire.EventCodec;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.acl.AclOperation;
import org.jspecify.annotations.Nullable;

/**
 * Writes the pages topic: many events under way, memory bounded by the producer's buffer.
 *
 * <p>When the buffer is full, {@link #dirtyPages} waits; that slows down the reading of QEMU's
 * stream and nothing else. The first event that is not acknowledged is remembered and thrown by the
 * next call.
 */
final class PagePublisher implements DirtyPagesHandler, AutoCloseable {
  private final LogSettings settings;
  private final Producer<byte[], byte[]> producer;
  private final PublishMeter meter;
  private final BufferWaits waits;
  private final EventCodec codec;
  private final long[] startRecordOffsets;

  /** Written by the producer's thread as acknowledgements come. */
  private final AtomicLongArray endRecordOffsets;

  private final AtomicReference<@Nullable Exception> firstFailure = new AtomicReference<>();

  /** What an event becomes, and who takes it. */
  record Way(Producer<byte[], byte[]> producer, EventCodec codec) {}

  /**
   * @param startRecordOffsets by partition, the end of the log before the first event of the epoch
   * @param meter counts what goes out, for this epoch and others
   */
  PagePublisher(LogSettings settings, Way way, long[] startRecordOffsets, PublishMeter meter) {
    this.settings = settings;
    this.meter = meter;
    this.waits = new BufferWaits(way.producer());
    this.producer = way.producer();
    this.codec = way.codec();
    this.startRecordOffsets = startRecordOffsets.clone();
    this.endRecordOffsets = new AtomicLongArray(startRecordOffsets);
  }

  @Override
  public void dirtyPages(int partition, DirtyPages event) throws IOException {
    throwFirstFailure();
    byte[] value = encoded(event);
    meter.sends(value.length);
    try {
      producer.send(
          new ProducerRecord<>(settings.topics().pages(), partition, null, value),
          (metadata, failure) -> {
            meter.settled(value.length);
            acknowledged(partition, metadata, failure);
          });
    } catch (KafkaException e) {
      meter.settled(value.length); // What was never taken has no acknowledgement.
      throw failed(e);
    } catch (RuntimeException e) {
      meter.settled(value.length);
      throw e;
    } finally {
      meter.stalled(waits.takeNanos());
    }
    throwFirstFailure();
  }

  private byte[] encoded(DirtyPages event) throws IOException {
    try {
      return codec.encode(event);
    } catch (KafkaException e) { // Of a serializer of the operator's.
      throw failed(e);
    }
  }

  private void acknowledged(int partition, RecordMetadata metadata, @Nullable Exception failure) {
    if (failure != null) {
      firstFailure.compareAndSet(null, failure);
    } else {
      endRecordOffsets.accumulateAndGet(partition, metadata.offset() + 1, Math::max);
    }
  }

  /** Waits until every event is acknowledged; returns where the events since the last flush lie. */
  List<RecordRange> flush() throws IOException {
    try {
      producer.flush();
    } catch (KafkaException e) {
      throw failed(e);
    }
    throwFirstFailure();
    List<RecordRange> partitions = new ArrayList<>();
    for (int partition = 0; partition < startRecordOffsets.length; partition++) {
      long end = endRecordOffsets.get(partition);
      partitions.add(new RecordRange(startRecordOffsets[partition], end));
      startRecordOffsets[partition] = end;
    }
    return partitions;
  }

  private void throwFirstFailure() throws IOException {
    Exception failure = firstFailure.get();
    if (failure != null) {
      throw failed(failure);
    }
  }

  private IOException failed(Exception e) {
    String topic = settings.topics().pages();
    return LogException.of(
        settings.servers(), "writing topic " + topic, e, Right.onTopic(AclOperation.WRITE, topic));
  }

  /** Drops what is not acknowledged: nobody waits for it any more. */
  @Override
  public void close() {
    producer.close(Duration.ZERO);
  }
}
