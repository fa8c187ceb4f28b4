package dev.ramtide.wire;

import java.io.Closeable;

/**
 * A serializer and a deserializer of the operator's choice, seen from where Kafka is not seen. What
 * they take and give are Avro's records.
 *
 * <p>Called by one thread at a time, and not any more after it was closed.
 */
public interface RecordSerde extends Closeable {
  /**
   * @param record a generated {@code SpecificRecord}
   */
  byte[] serialize(String topic, Object record);

  /** Returns a {@code GenericRecord}, or a generated {@code SpecificRecord}. */
  Object deserialize(String topic, byte[] value);

  @Override
  void close();
}
