package dev.ramtide.wire;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Function;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificRecord;

/**
 * Whatever an operator's serializer makes of an Avro record. It copies a page several times, and
 * takes turns: nothing is known of it that allows more.
 */
final class PluggedFormat implements EventFormat {
  static {
    TrustedClasses.vouch(); // A deserializer may make our classes before we do.
  }

  private final RecordSerde serde;
  private final VmTopics topics;
  private boolean closed;

  PluggedFormat(RecordSerde serde, VmTopics topics) {
    this.serde = serde;
    this.topics = topics;
  }

  @Override
  public synchronized byte[] encode(SchemaId kind, SpecificRecord record) {
    byte[] value = serde.serialize(kind.topic().apply(topics), record);
    EventFormat.requireFits(kind, value.length);
    return value;
  }

  @Override
  public Decoded decode(Function<VmTopics, String> topic, ByteBuffer value) throws IOException {
    byte[] bytes = new byte[value.remaining()];
    value.get(bytes);
    Object record = deserialized(topic.apply(topics), bytes);
    if (!(record instanceof IndexedRecord)) {
      throw new MalformedEventException(
          "value.deserializer made "
              + (record == null ? "nothing" : "a " + record.getClass().getName())
              + " of it, and no Avro record");
    }
    return ours((IndexedRecord) record);
  }

  private synchronized Object deserialized(String topic, byte[] value) throws IOException {
    if (closed) {
      throw new IOException("value.deserializer is closed: " + topic + " is not read any more");
    }
    try {
      return serde.deserialize(topic, value);
    } catch (RuntimeException e) {
      throw SerdeTrouble.of(e);
    }
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      serde.close();
    }
  }

  /** As our class, whatever version of the schema it was written with. */
  private static Decoded ours(IndexedRecord record) throws IOException {
    WrittenSchema written = WrittenSchema.of(record.getSchema());
    if (record instanceof SpecificRecord ours
        && record.getSchema().equals(written.kind().current())) {
      return new Decoded(written.kind(), ours);
    }
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(body, null);
    new GenericDatumWriter<IndexedRecord>(record.getSchema()).write(record, encoder);
    return new Decoded(written.kind(), written.read(ByteBuffer.wrap(body.toByteArray())));
  }
}
