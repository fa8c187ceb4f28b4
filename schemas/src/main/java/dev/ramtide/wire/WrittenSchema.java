package dev.ramtide.wire;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.avro.Schema;
import org.apache.avro.Schema.Field;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificRecord;

/**
 * A schema that records were written with, and how they are read as what we have now. Thread-safe.
 */
final class WrittenSchema {
  private final SchemaId kind;
  private final SpecificDatumReader<SpecificRecord> reader;

  /**
   * @param kind as which it is read
   * @param written what the bytes are written with
   */
  WrittenSchema(SchemaId kind, Schema written) {
    SpecificData model = SpecificData.getForSchema(kind.current());
    this.kind = kind;
    this.reader = new SpecificDatumReader<>(written, kind.current(), model);
  }

  /**
   * A schema that somebody else says records were written with.
   *
   * @throws MalformedEventException it is none of ours, or has more than we know: what that says of
   *     the rest of the record nobody can tell
   */
  static WrittenSchema of(Schema written) throws MalformedEventException {
    String name = written.getFullName();
    SchemaId kind =
        SchemaId.current(name)
            .orElseThrow(
                () ->
                    new MalformedEventException(
                        "a record of type " + name + ", which is none of ramtide's"));
    requireKnown(written, kind.current());
    return new WrittenSchema(kind, written);
  }

  private static void requireKnown(Schema written, Schema ours) throws MalformedEventException {
    if (written.getType() != ours.getType()) {
      return; // Avro's resolution has a word for it.
    }
    switch (written.getType()) {
      case RECORD -> {
        for (Field field : written.getFields()) {
          Field known = ours.getField(field.name());
          if (known == null) {
            throw new MalformedEventException(
                written.getFullName()
                    + " has a field '"
                    + field.name()
                    + "', which this version of ramtide does not know: the event was written by a newer one");
          }
          requireKnown(field.schema(), known.schema());
        }
      }
      case ARRAY -> requireKnown(written.getElementType(), ours.getElementType());
      case UNION -> {
        for (Schema branch : written.getTypes()) {
          Integer index = ours.getIndexNamed(branch.getFullName());
          if (index != null) {
            requireKnown(branch, ours.getTypes().get(index));
          }
        }
      }
      default -> {} // Nothing is in it.
    }
  }

  SchemaId kind() {
    return kind;
  }

  /**
   * @param body from its position to its limit, all of it
   * @throws MalformedEventException it is not what the schema says
   */
  SpecificRecord read(ByteBuffer body) throws MalformedEventException {
    try {
      SlicingDecoder decoder = new SlicingDecoder(body);
      SpecificRecord record = reader.read(null, decoder);
      decoder.requireEnd();
      return record;
    } catch (MalformedEventException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw new MalformedEventException(
          "a record of kind " + kind + " is not valid: " + e.getMessage(), e);
    }
  }
}
