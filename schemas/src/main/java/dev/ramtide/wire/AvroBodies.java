package dev.ramtide.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.apache.avro.util.ClassSecurityValidator;
import org.apache.avro.util.ClassSecurityValidator.ClassSecurityPredicate;

/** Avro's readers and writers over {@link SlicingDecoder} and {@link BodyEncoder}. Thread-safe. */
final class AvroBodies {
  private static final String GENERATED = "dev.ramtide.wire.avro.";

  static {
    // Avro loads only classes that somebody vouches for. Ours are named by our own schemas, never
    // by bytes from outside.
    ClassSecurityPredicate ours = type -> type.getName().startsWith(GENERATED);
    ClassSecurityValidator.setGlobal(
        ClassSecurityValidator.composite(ClassSecurityValidator.getGlobal(), ours));
  }

  private final Map<SchemaId, SpecificDatumWriter<SpecificRecord>> writers =
      new EnumMap<>(SchemaId.class);
  private final Map<SchemaId, SpecificDatumReader<SpecificRecord>> readers =
      new EnumMap<>(SchemaId.class);

  AvroBodies() {
    for (SchemaId id : SchemaId.values()) {
      SpecificData model = SpecificData.getForSchema(id.current());
      writers.put(id, new SpecificDatumWriter<>(id.schema(), model));
      readers.put(id, new SpecificDatumReader<>(id.schema(), id.current(), model));
    }
  }

  /** Header and body in an array of exactly their size; large fields are copied once. */
  byte[] encode(SchemaId id, SpecificRecord record) {
    SpecificDatumWriter<SpecificRecord> writer = Objects.requireNonNull(writers.get(id));
    try {
      SizeCounter size = new SizeCounter();
      writer.write(record, size);
      long bytes = EventCodec.HEADER_BYTES + size.bytes();
      if (bytes > EventCodec.MAX_EVENT_BYTES) {
        throw new IllegalArgumentException(
            id + " of " + bytes + " bytes: an event has at most " + EventCodec.MAX_EVENT_BYTES);
      }
      ByteBuffer target = ByteBuffer.allocate((int) bytes);
      target.put(EventCodec.MAGIC).putInt(id.id());
      writer.write(record, new BodyWriter(target));
      return target.array();
    } catch (IOException e) {
      throw new IllegalStateException("writing to memory failed", e);
    }
  }

  SpecificRecord decode(SchemaId id, ByteBuffer body) throws IOException {
    SlicingDecoder decoder = new SlicingDecoder(body);
    SpecificRecord record = Objects.requireNonNull(readers.get(id)).read(null, decoder);
    decoder.requireEnd();
    return record;
  }
}
