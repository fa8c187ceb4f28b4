package dev.ramtide.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.ramtide.checkpoint.CheckpointRecord;
import dev.ramtide.checkpoint.DirtyPages;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.registry.RegistryException;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLHandshakeException;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.InvalidNumberEncodingException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PluggedFormatTest {
  private static final VmTopics TOPICS = new VmTopics("ramtide", new VmId("web"));

  private final RandomRecords records = new RandomRecords(11);

  /** Numbers schemas as they come, and knows nothing of Ramtide. */
  private static final class GenericSerde implements RecordSerde {
    private final List<Schema> schemas = new ArrayList<>();
    private final List<String> topics = new ArrayList<>();
    private int closed;

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

    @Override
    public void close() {
      closed++;
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

  /** As Confluent's client has one, with its methods; the jar is not here. */
  public static final class RestClientException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final int code;

    RestClientException(int status, int code) {
      super("oh");
      this.status = status;
      this.code = code;
    }

    public int getStatus() {
      return status;
    }

    public int getErrorCode() {
      return code;
    }
  }

  /** As Kafka has them; Kafka is not here either. */
  private static class SerializationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SerializationException(@Nullable Throwable cause) {
      super("oh", cause);
    }
  }

  /** Which Confluent's deserializer throws of 401 and 403, without a cause. */
  private static class InvalidConfigurationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    InvalidConfigurationException(String message) {
      super(message);
    }
  }

  private static final class NarrowerException extends InvalidConfigurationException {
    private static final long serialVersionUID = 1L;

    NarrowerException() {
      super("Forbidden");
    }
  }

  /** As Vert.x says it in Apicurio's client. */
  private static final class HttpClosedException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  @Test
  void onlyWhatSaysThatARecordIsBadIsItsFault() throws IOException {
    assertOfTheRecord(wrapping(new AvroRuntimeException("oh")));
    // A body that ends too early, or has no number where one must be, is as it is.
    assertOfTheRecord(wrapping(new EOFException("oh")));
    assertOfTheRecord(new UncheckedIOException(new EOFException("oh")));
    assertOfTheRecord(wrapping(new InvalidNumberEncodingException("oh")));
    assertOfTheRecord(new SerializationException(null));
    assertOfTheRecord(new SerializationException(new IndexOutOfBoundsException("oh")));
    assertOfTheRecord(new SerializationException(new AvroRuntimeException("oh")));
  }

  @Test
  void aRegistryThatDropsAConnectionOrIsNotThereCostsOnlyTime() throws IOException {
    HttpClosedException closed = new HttpClosedException();
    assertAway(new RuntimeException(new ExecutionException(closed)));
    assertAway(new SerializationException(new AvroRuntimeException("oh", closed)));
    assertAway(new SerializationException(new TimeoutException()));
    assertAway(new SerializationException(new IOException("oh", new EOFException())));
    assertAway(new IllegalStateException("oh"));
    assertAway(wrapping(new RestClientException(0, 0)));
    assertAway(wrapping(new RestClientException(503, 50301)));
    assertAway(wrapping(new RestClientException(429, 429)));
  }

  @Test
  void whatSomebodyHasToChangeIsNotAwayAndAnUnknownIdIsKnownAsOne() throws IOException {
    for (RuntimeException refused :
        List.of(
            wrapping(new RestClientException(403, 40301)),
            wrapping(new RestClientException(404, 404)),
            new InvalidConfigurationException("oh"),
            wrapping(new NarrowerException()),
            new SerializationException(new SSLHandshakeException("oh")))) {
      RegistryException why = assertOfTheRegistry(refused);
      assertThat(why.isAway()).as(refused.toString()).isFalse();
      assertThat(why.isUnknownId()).as(refused.toString()).isFalse();
    }
    assertThat(assertOfTheRegistry(wrapping(new RestClientException(404, 40403))).isUnknownId())
        .isTrue();
  }

  /** One whose status cannot be had. */
  public static final class Untold extends InvalidConfigurationException {
    private static final long serialVersionUID = 1L;

    private final int code;

    Untold(int code) {
      super("oh");
      this.code = code;
    }

    public int getStatus() {
      throw new IllegalStateException("none");
    }

    public int getErrorCode() {
      return code;
    }
  }

  @Test
  void whatTellsOnlyOfASecondNumberIsKnownByIt() throws IOException {
    assertAway(new Untold(50002));
    assertThat(assertOfTheRegistry(new Untold(40301)).isAway()).isFalse();
    assertThat(assertOfTheRegistry(new Untold(40403)).isUnknownId()).isTrue();
  }

  private static void assertAway(RuntimeException thrown) throws IOException {
    assertThat(assertOfTheRegistry(thrown).isAway()).as(thrown.toString()).isTrue();
  }

  private static RuntimeException wrapping(Exception cause) {
    return new IllegalStateException("oh", cause);
  }

  private static void assertOfTheRecord(RuntimeException thrown) throws IOException {
    EventCodec codec = codec(throwing(thrown));
    assertThatExceptionOfType(MalformedEventException.class)
        .isThrownBy(() -> codec.decodePages(ByteBuffer.allocate(9)))
        .withMessageContaining("oh");
  }

  private static RegistryException assertOfTheRegistry(RuntimeException thrown) throws IOException {
    EventCodec codec = codec(throwing(thrown));
    return catchThrowableOfType(
        RegistryException.class, () -> codec.decodePages(ByteBuffer.allocate(9)));
  }

  @Test
  void itIsClosedOnceAndNotAskedAfterwards() throws IOException {
    GenericSerde serde = new GenericSerde();
    EventCodec codec = codec(serde);
    ByteBuffer value = ByteBuffer.wrap(codec.encode(records.dirtyPages()));
    codec.close();
    codec.close();
    assertThat(serde.closed).isEqualTo(1);
    serde.topics.clear();
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> codec.decodePages(value))
        .withMessageContaining("ramtide.web.pages is not read any more");
    assertThat(serde.topics).isEmpty();
  }

  @Test
  void aReaderNeedsNoSerializerAndAWriterBoth() throws IOException {
    Properties properties = new Properties();
    List<Optional<String>> serializers = new ArrayList<>();
    EventCodecs codecs =
        new EventCodecs(
            properties,
            (serializer, deserializer, client) -> {
              serializers.add(serializer);
              return new GenericSerde();
            });
    properties.setProperty("value.deserializer", "com.example.D");
    codecs.reader(TOPICS);
    assertMissing("set value.serializer (", () -> codecs.writer(TOPICS));
    properties.setProperty("value.serializer", "com.example.S");
    codecs.reader(TOPICS);
    codecs.writer(TOPICS);
    assertThat(serializers)
        .containsExactly(Optional.empty(), Optional.empty(), Optional.of("com.example.S"));
    properties.remove("value.deserializer");
    assertMissing("set value.deserializer (", () -> codecs.reader(TOPICS));
    assertMissing("set value.deserializer (", () -> codecs.writer(TOPICS));
  }

  private static void assertMissing(String what, ThrowingCallable asked) {
    assertThatExceptionOfType(IOException.class).isThrownBy(asked).withMessageContaining(what);
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

      @Override
      public void close() {}
    };
  }

  private static EventCodec codec(RecordSerde serde) throws IOException {
    Properties properties = new Properties();
    properties.setProperty("value.serializer", "com.example.S");
    properties.setProperty("value.deserializer", "com.example.D");
    return new EventCodecs(properties, (serializer, deserializer, client) -> serde).writer(TOPICS);
  }
}
