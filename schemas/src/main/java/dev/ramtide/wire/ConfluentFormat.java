package dev.ramtide.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;

/**
 * The Confluent wire format, over {@link SlicingDecoder} and {@link BodyEncoder}.
 *
 * <pre>
 *   0x00 | schema id:4, big-endian ({@link SchemaIds}) | Avro body
 * </pre>
 */
final class ConfluentFormat implements EventFormat {
  private static final byte MAGIC = 0;
  private static final int HEADER_BYTES = 5;

  private final SchemaIds ids;
  private final Map<SchemaId, SpecificDatumWriter<SpecificRecord>> writers =
      new EnumMap<>(SchemaId.class);

  ConfluentFormat(SchemaIds ids) {
    this.ids = ids;
    for (SchemaId kind : SchemaId.values()) {
      SpecificData model = SpecificData.getForSchema(kind.current());
      writers.put(kind, new SpecificDatumWriter<>(kind.schema(), model));
    }
  }

  /** Header and body in an array of exactly their size; large fields are copied once. */
  @Override
  public byte[] encode(SchemaId kind, SpecificRecord record) {
    SpecificDatumWriter<SpecificRecord> writer = Objects.requireNonNull(writers.get(kind));
    try {
      SizeCounter size = new SizeCounter();
      writer.write(record, size);
      long bytes = HEADER_BYTES + size.bytes();
      EventFormat.requireFits(kind, bytes);
      ByteBuffer target = ByteBuffer.allocate((int) bytes);
      target.put(MAGIC).putInt(ids.of(kind));
      writer.write(record, new BodyWriter(target));
      return target.array();
    } catch (IOException e) {
      throw new IllegalStateException("writing to memory failed", e);
    }
  }

  @Override
  public Decoded decode(Function<VmTopics, String> topic, ByteBuffer value) throws IOException {
    WrittenSchema written = ids.written(readId(value));
    return new Decoded(written.kind(), written.read(value));
  }

  private static int readId(ByteBuffer value) throws MalformedEventException {
    if (value.remaining() < HEADER_BYTES) {
      throw new MalformedEventException(
          "a value of " + value.remaining() + " bytes is too short to be an event");
    }
    byte magic = value.get();
    if (magic != MAGIC) {
      throw new MalformedEventException(
          String.format(
              "the value begins with 0x%02x and not with 0x00: not written by ramtide", magic));
    }
    return value.getInt();
  }
}
