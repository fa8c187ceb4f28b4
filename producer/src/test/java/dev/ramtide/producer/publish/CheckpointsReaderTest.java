package dev.ramtide.producer.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.ramtide.checkpoint.CheckpointRecord;
import dev.ramtide.checkpoint.EpochClaimed;
import dev.ramtide.checkpoint.RecordPlace;
import dev.ramtide.checkpoint.SkippedRecords;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.registry.FakeRegistry;
import dev.ramtide.wire.EventCodec;
import dev.ramtide.wire.EventCodecs;
import dev.ramtide.wire.VmTopics;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CheckpointsReaderTest {
  private static final TopicPartition TOPIC = new TopicPartition("ramtide.vm1.checkpoints", 0);
  private static final VmId VM = new VmId("vm1");

  private final MockConsumer<byte[], byte[]> kafka = new MockConsumer<>("earliest");
  private final OwnClaims own = new OwnClaims();
  private final CheckpointsReader reader =
      new CheckpointsReader(TestSettings.SETTINGS, kafka, new EventCodec(), own);
  private long end;

  @BeforeEach
  void beginAtTheStart() {
    kafka.updateBeginningOffsets(Map.of(TOPIC, 0L));
  }

  @Test
  void ourOwnClaimIsNoFence() throws IOException {
    append(claim("host1"));
    reader.readToEnd();
    assertThat(reader.history().highestEpoch()).isZero();
    assertThatCode(() -> reader.requireOwned(VM, 0)).doesNotThrowAnyException();
  }

  @Test
  void aHigherClaimFencesAndNamesHostAndTime() throws IOException {
    append(claim("host1"));
    append(claim("host2"));
    reader.readToEnd();
    assertThatExceptionOfType(FencedException.class)
        .isThrownBy(() -> reader.requireOwned(VM, 0))
        .withMessageContaining("vm1")
        .withMessageContaining("host2")
        .withMessageContaining("epoch 1")
        .withMessageContaining("2026-01-02T03:04:05Z");
  }

  @Test
  void whatComesAfterTheEndIsLookedAtLater() throws IOException {
    append(claim("host1"));
    append(claim("host2"));
    reader.readTo(1);
    assertThatCode(() -> reader.requireOwned(VM, 0)).doesNotThrowAnyException();
    // The mock hands a record out once; a broker hands it out again after the seek.
    kafka.addRecord(record(1, new EventCodec().encode(claim("host2"))));
    reader.readToEnd();
    assertThatExceptionOfType(FencedException.class).isThrownBy(() -> reader.requireOwned(VM, 0));
  }

  @Test
  void aRecordOfSomebodyElseIsNotSkipped() {
    kafka.addRecord(record(0, new byte[] {'{', '}'}));
    kafka.updateEndOffsets(Map.of(TOPIC, 1L));
    assertThatIOException()
        .isThrownBy(reader::readToEnd)
        .withMessageContaining("ramtide.vm1.checkpoints, partition 0, record offset 0")
        .withMessageContaining("too short to be an event")
        .withMessageContaining("--skip-record ramtide.vm1.checkpoints:0:0");
  }

  @Test
  void aRecordOfSomebodyElseThatAnOperatorNamedIsPassedOver() throws IOException {
    RecordPlace named = new RecordPlace(TOPIC.topic(), 0, 0);
    CheckpointsReader told =
        new CheckpointsReader(
            TestSettings.skipping(new SkippedRecords(Set.of(named))), kafka, new EventCodec(), own);
    kafka.addRecord(record(end++, new byte[] {'{', '}'}));
    append(claim("host1"));
    told.readToEnd();
    assertThat(told.history().highestEpoch()).isEqualTo(1);
  }

  /** Nothing is known of a record while nobody answers: it may be a claim that fences us. */
  @Test
  void aRecordOfAnUnknownSchemaIsPassedOverWhenNamedButNeverWhileTheRegistryIsAway()
      throws IOException {
    RecordPlace named = new RecordPlace(TOPIC.topic(), 0, 0);
    try (FakeRegistry registry = FakeRegistry.start()) {
      registry.answerNext(503, "");
      assertThatIOException()
          .isThrownBy(() -> readUnknown(registry, new SkippedRecords(Set.of(named))))
          .withMessageContaining("record offset 0: no schema registry");
      assertThatIOException()
          .isThrownBy(() -> readUnknown(registry, SkippedRecords.NONE))
          .withMessageContaining("ramtide.vm1.checkpoints, partition 0, record offset 0")
          .withMessageContaining("schema id 9 ")
          .withMessageContaining("--skip-record");
      readUnknown(registry, new SkippedRecords(Set.of(named)));
    }
  }

  private static void readUnknown(FakeRegistry registry, SkippedRecords skipped)
      throws IOException {
    EventCodecs codecs =
        new EventCodecs(
            registry.properties(),
            (serializer, deserializer, client) -> {
              throw new IOException(deserializer);
            });
    MockConsumer<byte[], byte[]> log = new MockConsumer<>("earliest");
    log.updateBeginningOffsets(Map.of(TOPIC, 0L));
    log.updateEndOffsets(Map.of(TOPIC, 1L));
    CheckpointsReader asking =
        new CheckpointsReader(
            TestSettings.skipping(skipped),
            log,
            codecs.reader(new VmTopics("ramtide", VM)),
            new OwnClaims());
    log.addRecord(record(0, new byte[] {0, 0, 0, 0, 9, 0}));
    asking.readToEnd();
  }

  private void append(CheckpointRecord appended) {
    kafka.addRecord(record(end++, new EventCodec().encode(appended)));
    kafka.updateEndOffsets(Map.of(TOPIC, end));
  }

  private static ConsumerRecord<byte[], byte[]> record(long recordOffset, byte[] value) {
    return new ConsumerRecord<>(TOPIC.topic(), 0, recordOffset, null, value);
  }

  private static EpochClaimed claim(String host) {
    return new EpochClaimed(VM, host, Instant.parse("2026-01-02T03:04:05Z"));
  }
}
