package dev.ramtide.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.ramtide.checkpoint.CheckpointRecord;
import dev.ramtide.checkpoint.DirtyPages;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.registry.RegistryException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;

class PluggedFormatTest {
  private static final VmTopics TOPICS = new VmTopics("ramtide", new VmId("web"));

  private final RandomRecords records = new RandomRecords(11);

  /** Numbers schemas as they come, and knows nothing of Ramtide. */
  private static final class GenericSerde implements RecordSerde {
    private final List<Schema> schemas = new ArrayList<>();
    private final List<String> topics = new ArrayList<>();

    @Override
    public byte[] serialize(String topic, Object record) {
      topics.add(topic);
      Schema schema = ((SpecificRecord) record).getSchema();
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      schemas.add(schema);
      out.write(schemas.size() - 1);
      try {
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
        new SpecificDatumWriter<>(schema, SpecificData.getForSchema(schema)).write(record, encoder);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return out.toByteArray();
    }

    @Override
    public Object deserialize(String topic, byte[] value) {
      topics.add(topic);
      Schema schema = schemas.get(value[0]);
      try {
        return new GenericDatumReader<GenericRecord>(schema)
            .read(null, DecoderFactory.get().binaryDecoder(value, 1, value.length - 1, null));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Test
  void everyRecordGoesThroughAnotherSerializerAndComesBack() throws IOException {
    GenericSerde serde = new GenericSerde();
    EventCodec codec = codec(serde);
    for (CheckpointRecord record : records.oneOfEach()) {
      assertThat(codec.decodeCheckpoint(ByteBuffer.wrap(codec.encode(record)))).isEqualTo(record);
    }
    assertThat(serde.topics).containsOnly("ramtide.web.checkpoints");
    serde.topics.clear();
    DirtyPages event = records.dirtyPages();
    assertThat(codec.decodePages(ByteBuffer.wrap(codec.encode(event)))).isEqualTo(event);
    assertThat(serde.topics).containsOnly("ramtide.web.pages");
  }

  @Test
  void whatItThrowsIsTheRecordsFaultUnlessTheWorldsWasIt() throws IOException {
    EventCodec bad = codec(throwing(new IllegalStateException("unknown magic")));
    assertThatExceptionOfType(MalformedEventException.class)
        .isThrownBy(() -> bad.decodePages(ByteBuffer.allocate(9)))
        .withMessageContaining("unknown magic");
    RuntimeException away = new IllegalStateException("oh", new IOException("refused"));
    EventCodec down = codec(throwing(away));
    assertThatExceptionOfType(RegistryException.class)
        .isThrownBy(() -> down.decodePages(ByteBuffer.allocate(9)));
  }

  @Test
  void whatIsNoAvroRecordIsRefused() throws IOException {
    EventCodec codec = codec(returning("text"));
    assertThatExceptionOfType(MalformedEventException.class)
        .isThrownBy(() -> codec.decodePages(ByteBuffer.allocate(9)))
        .withMessageContaining("java.lang.String");
  }

  private static RecordSerde throwing(RuntimeException thrown) {
    return deserializing(
        () -> {
          throw thrown;
        });
  }

  private static RecordSerde returning(Object value) {
    return deserializing(() -> value);
  }

  private static RecordSerde deserializing(java.util.function.Supplier<Object> value) {
    return new RecordSerde() {
      @Override
      public byte[] serialize(String topic, Object record) {
        return new byte[0];
      }

      @Override
      public Object deserialize(String topic, byte[] bytes) {
        return value.get();
      }
    };
  }

  private static EventCodec codec(RecordSerde serde) throws IOException {
    Properties properties = new Properties();
    properties.setProperty("value.serializer", "com.example.S");
    properties.setProperty("value.deserializer", "com.example.D");
    return new EventCodecs(properties, (serializer, deserializer, client) -> serde).writer(TOPICS);
  }
}
