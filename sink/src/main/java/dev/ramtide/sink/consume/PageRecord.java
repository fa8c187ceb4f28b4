package dev.ramtide.sink.consume;

import java.nio.ByteBuffer;
import java.util.Objects;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A record of the pages topic as delivered.
 *
 * @param value shares memory with the consumer's fetch buffer: valid until its next poll
 */
public record PageRecord(long recordOffset, ByteBuffer value) {
  public static PageRecord of(ConsumerRecord<byte[], ByteBuffer> record) {
    return new PageRecord(record.offset(), valueOf(record));
  }

  /**
   * A record's value. Kafka gives null for a tombstone; that is no event of ours either, and an
   * empty value is refused with the record's place instead of a process that ends.
   */
  static ByteBuffer valueOf(ConsumerRecord<byte[], ByteBuffer> record) {
    return Objects.requireNonNullElse(record.value(), ByteBuffer.allocate(0));
  }
}
