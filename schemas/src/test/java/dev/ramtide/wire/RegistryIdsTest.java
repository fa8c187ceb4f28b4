package dev.ramtide.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.ramtide.checkpoint.CheckpointRecord;
import dev.ramtide.checkpoint.DirtyPages;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.registry.FakeRegistry;
import dev.ramtide.registry.RegistryException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Properties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RegistryIdsTest {
  private static final VmTopics TOPICS = new VmTopics("ramtide", new VmId("web"));

  private final RandomRecords records = new RandomRecords(7);
  private FakeRegistry registry;
  private Properties properties;

  @BeforeEach
  void start() throws IOException {
    registry = FakeRegistry.start();
    properties = registry.properties();
  }

  @AfterEach
  void stop() {
    registry.close();
  }

  private EventCodec writer() throws IOException {
    return codecs(properties).writer(TOPICS);
  }

  private EventCodec reader() throws IOException {
    return codecs(properties).reader(TOPICS);
  }

  private static EventCodecs codecs(Properties properties) {
    return new EventCodecs(
        properties,
        (serializer, deserializer, client) -> {
          throw new IOException("nobody asked for " + deserializer);
        },
        FakeRegistry.FORGETFUL);
  }

  @Test
  void aWriterHasAllItsIdsBeforeItsFirstRecord() throws IOException {
    writer();
    assertThat(registry.subjects())
        .containsExactlyInAnyOrder(
            "ramtide.web.pages-dev.ramtide.wire.avro.DirtyPages",
            "ramtide.web.checkpoints-dev.ramtide.wire.avro.EpochClaimed",
            "ramtide.web.checkpoints-dev.ramtide.wire.avro.EpochStarted",
            "ramtide.web.checkpoints-dev.ramtide.wire.avro.DeviceState",
            "ramtide.web.checkpoints-dev.ramtide.wire.avro.CheckpointCompleted",
            "ramtide.web.checkpoints-dev.ramtide.wire.avro.CheckpointFailed");
    registry.close();
    assertThatExceptionOfType(RegistryException.class)
        .isThrownBy(this::writer)
        .withMessageContaining("no schema registry at");
  }

  @Test
  void everyRecordComesBackAndEachIdIsAskedForOnce() throws IOException {
    EventCodec writer = writer();
    EventCodec reader = reader();
    int before = registry.requests().size();
    for (int i = 0; i < 50; i++) {
      for (CheckpointRecord record : records.oneOfEach()) {
        byte[] value = writer.encode(record);
        assertThat(reader.decodeCheckpoint(ByteBuffer.wrap(value))).isEqualTo(record);
        assertThat(writer.decodeCheckpoint(ByteBuffer.wrap(value))).isEqualTo(record);
      }
      DirtyPages event = records.dirtyPages();
      assertThat(reader.decodePages(ByteBuffer.wrap(writer.encode(event)))).isEqualTo(event);
    }
    assertThat(registry.requests().subList(before, registry.requests().size()))
        .hasSize(6)
        .doesNotHaveDuplicates()
        .allMatch(request -> request.startsWith("GET /schemas/ids/"));
  }

  @Test
  void aLogIsReadWithTheSchemaThatItWasWrittenWith() throws IOException {
    int earlier = registry.register("x", SchemaId.CHECKPOINT_COMPLETED_3.schema().toString());
    byte[] value = new byte[0];
    CheckpointRecord manifest = records.manifest(3);
    while (value.length == 0) { // The last two fields of the newest schema are a byte each then.
      dev.ramtide.checkpoint.CheckpointManifest made = records.manifest(3);
      if (made.endSequence().isEmpty() && made.isOpen()) {
        manifest = made;
        byte[] newest = new EventCodec().encode(made);
        value = java.util.Arrays.copyOf(newest, newest.length - 2);
      }
    }
    assertThat(reader().decodeCheckpoint(withId(value, earlier))).isEqualTo(manifest);
  }

  @Test
  void aSchemaThatIsNotOursIsRefused() throws IOException {
    int foreign =
        registry.register("x", "{\"type\":\"record\",\"name\":\"a.Order\",\"fields\":[]}");
    assertRefused(foreign, "a.Order");
    assertRefused(registry.register("x", "no schema"), "no Avro schema");
    String newer =
        SchemaId.CHECKPOINT_FAILED
            .text()
            .replace("\"fields\":[", "\"fields\":[{\"name\":\"key\",\"type\":\"string\"},");
    assertRefused(
        registry.register("x", newer), "'key', which this version of ramtide does not know");
    String deeper = SchemaId.CHECKPOINT_COMPLETED.text().replace("endOffset", "lastOffset");
    assertRefused(registry.register("x", deeper), "'lastOffset'");
  }

  /** Somebody may still put it in, or the registry may be one that has lost it. */
  @Test
  void anIdThatTheRegistryDoesNotHaveIsNoFaultOfTheRecord() throws IOException {
    ByteBuffer value = withId(new EventCodec().encode(records.manifest(1)), 1);
    EventCodec reader = reader();
    assertThatExceptionOfType(RegistryException.class)
        .isThrownBy(() -> reader.decodeCheckpoint(value))
        .withMessageContaining("schema id 1 (0x00000001) is not in the schema registry");
    registry.register("x", SchemaId.CHECKPOINT_COMPLETED.text());
    assertThat(reader.decodeCheckpoint(value)).isNotNull();
  }

  private void assertRefused(int id, String because) throws IOException {
    EventCodec reader = reader();
    ByteBuffer value = withId(new EventCodec().encode(records.manifest(1)), id);
    assertThatExceptionOfType(MalformedEventException.class)
        .isThrownBy(() -> reader.decodeCheckpoint(value))
        .withMessageContaining(because);
  }

  @Test
  void aRegistryThatIsAwayIsNoFaultOfTheRecord() throws IOException {
    EventCodec reader = reader();
    ByteBuffer value = ByteBuffer.wrap(writer().encode(records.dirtyPages()));
    registry.answerNext(503, "");
    assertThatExceptionOfType(RegistryException.class).isThrownBy(() -> reader.decodePages(value));
    assertThat(reader.decodePages(value)).isNotNull();
  }

  @Test
  void aLogOfTheOtherKindIsToldFromOnesOwn() throws IOException {
    EventCodec reader = reader();
    ByteBuffer embedded = ByteBuffer.wrap(new EventCodec().encode(records.dirtyPages()));
    assertThatExceptionOfType(MalformedEventException.class)
        .isThrownBy(() -> reader.decodePages(embedded))
        .withMessageContaining("0x52540001 is one of those used without a schema registry")
        .withMessageContaining("do not set schema.registry.url (--command-config");
    ByteBuffer registered = ByteBuffer.wrap(writer().encode(records.dirtyPages()));
    assertThatExceptionOfType(MalformedEventException.class)
        .isThrownBy(() -> new EventCodec().decodePages(registered))
        .withMessageContaining("schema id 1 ")
        .withMessageContaining("set schema.registry.url");
  }

  private static ByteBuffer withId(byte[] value, int id) {
    return ByteBuffer.wrap(value.clone()).putInt(1, id);
  }
}
