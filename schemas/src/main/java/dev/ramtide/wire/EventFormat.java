package dev.ramtide.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecord;

/** Between an Avro record and the value of a Kafka record. Thread-safe. */
interface EventFormat {
  /**
   * A record, and which one it is.
   *
   * @param kind of several versions of one record the one that it was read by
   */
  record Decoded(SchemaId kind, SpecificRecord record) {}

  /**
   * @throws IllegalArgumentException it would be longer than {@link EventCodec#MAX_EVENT_BYTES}
   */
  byte[] encode(SchemaId kind, SpecificRecord record);

  /**
   * @param topic that the value was in
   * @param value its position moves
   * @throws MalformedEventException it is no event of ours
   * @throws IOException whoever knows its schema does not answer; another try may succeed
   */
  Decoded decode(Function<VmTopics, String> topic, ByteBuffer value) throws IOException;

  /** Lets go of what it holds, for good; several times if need be. */
  default void close() {}

  /** Refuses what Kafka would refuse later, with less to say. */
  static void requireFits(SchemaId kind, long bytes) {
    if (bytes > EventCodec.MAX_EVENT_BYTES) {
      throw new IllegalArgumentException(
          kind + " of " + bytes + " bytes: an event has at most " + EventCodec.MAX_EVENT_BYTES);
    }
  }
}
