package dev.ramtide.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.SchemaCompatibility.SchemaPairCompatibility;
import org.apache.avro.SchemaNormalization;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * BACKWARD: what any version has written is read for ever. Every id has its schema in a file named
 * by it, in {@code src/test/resources}, which is never changed: a changed record gets a new id and
 * a new file beside the old one.
 */
class ReleasedSchemasTest {
  @ParameterizedTest
  @EnumSource(SchemaId.class)
  void anIdStandsForWhatItWasReleasedWith(SchemaId id) throws IOException {
    Schema released = released(id);
    assertThat(SchemaNormalization.toParsingForm(id.schema()))
        .as(
            "schema id 0x%08x stands for one schema for ever: give the changed record a new line in SchemaId, and the"
                + " old one its file",
            id.id())
        .isEqualTo(SchemaNormalization.toParsingForm(released));
  }

  @ParameterizedTest
  @EnumSource(SchemaId.class)
  void whatWasEverReleasedIsReadAsWhatWeHaveNow(SchemaId id) throws IOException {
    SchemaPairCompatibility compatibility =
        SchemaCompatibility.checkReaderWriterCompatibility(id.current(), released(id));
    assertThat(compatibility.getType())
        .as(compatibility.getResult().toString())
        .isEqualTo(SchemaCompatibilityType.COMPATIBLE);
  }

  @ParameterizedTest
  @EnumSource(SchemaId.class)
  void whatIsRegisteredIsTheReleasedFileWithoutJavasWords(SchemaId id) throws IOException {
    if (id.isWritten()) {
      assertThat(id.text()).isEqualTo(released(id).toString()).doesNotContain("java");
    }
  }

  private static Schema released(SchemaId id) throws IOException {
    String file = String.format("%08x-%s.avsc", id.id(), id.schema().getName());
    try (InputStream in = ReleasedSchemasTest.class.getResourceAsStream(file)) {
      assertThat(in)
          .as(
              "%s in src/test/resources/dev/ramtide/wire: copy it there from src/main/avro before the first release",
              file)
          .isNotNull();
      return new Schema.Parser().parse(in);
    }
  }
}
