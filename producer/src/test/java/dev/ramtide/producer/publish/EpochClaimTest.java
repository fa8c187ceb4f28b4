package dev.ramtide.producer.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.ramtide.checkpoint.EpochClaimed;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.wire.EventCodec;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

class EpochClaimTest {
  private static final TopicPartition TOPIC = new TopicPartition("ramtide.vm1.checkpoints", 0);
  private static final VmId VM = new VmId("vm1");

  private final EventCodec codec = new EventCodec();
  private final MockConsumer<byte[], byte[]> reading = new MockConsumer<>("earliest");
  private final MockProducer<byte[], byte[]> writing =
      new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer());

  /** A record of ours behind those of another kind would stop everybody who reads the log. */
  @Test
  void aLogThatIsWrittenAnotherWayGetsNoRecordOfOurs() {
    byte[] claim = codec.encode(claim());
    ByteBuffer.wrap(claim).putInt(1, 7); // As with a registry.
    reading.updateBeginningOffsets(Map.of(TOPIC, 0L));
    reading.updateEndOffsets(Map.of(TOPIC, 1L));
    CheckpointsReader reader =
        new CheckpointsReader(TestSettings.SETTINGS, reading, codec, new OwnClaims());
    reading.addRecord(new ConsumerRecord<>(TOPIC.topic(), 0, 0, null, claim));
    CheckpointsWriter writer = new CheckpointsWriter(TestSettings.SETTINGS, writing, codec);
    assertThatIOException()
        .isThrownBy(() -> EpochClaim.claim(TestSettings.SETTINGS, claim(), writer, reader))
        .withMessageContaining("set schema.registry.url");
    assertThat(writing.history()).isEmpty();
  }

  private static EpochClaimed claim() {
    return new EpochClaimed(VM, "host1", Instant.parse("2026-01-02T03:04:05Z"));
  }
}
