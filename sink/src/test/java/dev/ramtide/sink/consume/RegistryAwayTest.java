package dev.ramtide.sink.consume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.ramtide.checkpoint.EpochClaimed;
import dev.ramtide.encryption.ReaderKeys;
import dev.ramtide.registry.FakeRegistry;
import dev.ramtide.registry.RegistryException;
import dev.ramtide.time.MonotonicClock;
import dev.ramtide.wire.EventCodecs;
import dev.ramtide.wire.VmTopics;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A history whose schemas are in a registry that does not answer for a while. */
class RegistryAwayTest {
  private static final VmTopics TOPICS = OneVm.TOPICS;
  private static final TopicPartition CHECKPOINTS = OneVm.CHECKPOINTS;

  private final MockConsumer<byte[], ByteBuffer> kafka = new MockConsumer<>("none");
  private FakeRegistry registry;
  private EventCodecs codecs;

  @BeforeEach
  void start() throws IOException {
    registry = FakeRegistry.start();
    codecs =
        new EventCodecs(
            registry.properties(),
            (serializer, deserializer, client) -> {
              throw new IOException(serializer);
            });
    kafka.updateBeginningOffsets(Map.of(CHECKPOINTS, 0L));
    kafka.updateEndOffsets(Map.of(CHECKPOINTS, 2L));
  }

  @AfterEach
  void stop() {
    registry.close();
  }

  @Test
  void theRecordIsTakenWhenTheRegistryIsBackAndTheVmIsNotGivenUp() throws Exception {
    byte[] claim =
        codecs
            .writer(TOPICS)
            .encode(new EpochClaimed(TOPICS.vm(), "host1", Instant.parse("2026-01-02T03:04:05Z")));
    try (CheckpointFollower follower =
        new CheckpointFollower(
            clients(), new VmFilter("ramtide", List.of()), 9, MonotonicClock.SYSTEM)) {
      registry.answerNext(503, "");
      kafka.schedulePollTask(() -> deliver(claim));
      assertThatExceptionOfType(RegistryException.class)
          .isThrownBy(() -> follower.step(Duration.ZERO));
      assertThat(kafka.position(CHECKPOINTS)).as("to be read again").isZero();
      // The mock hands a record out once; a broker does so again after the seek.
      kafka.schedulePollTask(() -> deliver(claim));
      assertThat(follower.step(Duration.ZERO)).isEqualTo(2);
      VmFollow vm = follower.vm(TOPICS.vm()).orElseThrow();
      assertThat(vm.failure()).isEmpty();
      assertThat(vm.recordsRead()).isEqualTo(2);
    }
  }

  @Test
  void whoReadsTheHistoryOnceIsToldAtOnce() throws Exception {
    byte[] claim =
        codecs
            .writer(TOPICS)
            .encode(new EpochClaimed(TOPICS.vm(), "host1", Instant.parse("2026-01-02T03:04:05Z")));
    registry.close();
    kafka.schedulePollTask(() -> deliver(claim));
    assertThatExceptionOfType(RegistryException.class)
        .isThrownBy(() -> new HistoryReader(clients()).read(TOPICS))
        .withMessageContaining("no schema registry at schema.registry.url=" + registry.url());
  }

  private void deliver(byte[] value) {
    for (int at = 0; at < 2; at++) {
      kafka.addRecord(
          new ConsumerRecord<>(CHECKPOINTS.topic(), 0, at, null, ByteBuffer.wrap(value)));
    }
  }

  private SinkClients clients() {
    return new OneVm(kafka, codecs::reader, ReaderKeys.NONE);
  }
}
