package dev.ramtide.producer.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.ramtide.checkpoint.CheckpointRecord;
import dev.ramtide.checkpoint.EpochClaimed;
import dev.ramtide.checkpoint.EpochStarted;
import dev.ramtide.checkpoint.SourceKind;
import dev.ramtide.checkpoint.TopicIds;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.guest.GuestMemoryMap;
import dev.ramtide.guest.RamBlock;
import dev.ramtide.wire.EventCodec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

/** Who has the VM after an agent was away. */
class KafkaVmLogTest {
  private static final TopicPartition TOPIC = new TopicPartition("ramtide.vm1.checkpoints", 0);
  private static final VmId VM = new VmId("vm1");

  private final EventCodec codec = new EventCodec();
  private final Topic topic = new Topic();
  private Instant now = Instant.parse("2026-01-02T03:04:05Z");
  private final KafkaVmLog log =
      new KafkaVmLog(
          TestSettings.SETTINGS,
          topic,
          new Clock() {
            @Override
            public Instant instant() {
              return now;
            }

            @Override
            public ZoneOffset getZone() {
              return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(java.time.ZoneId zone) {
              return this;
            }
          });

  @Test
  void anAgentThatIsStartedTakesOver() throws IOException {
    topic.add(claim("host2"));
    assertThat(claimed()).isEqualTo(1);
  }

  @Test
  void afterAFailureItGoesOn() throws IOException {
    assertThat(claimed()).isZero();
    assertThat(claimed()).isEqualTo(1);
  }

  @Test
  void whoWasReplacedWhileItHadNoRightDoesNotTakeTheVmBack() throws IOException {
    claimed();
    topic.readable = false;
    assertThatIOException().isThrownBy(this::claimed);
    topic.add(claim("host2"));
    assertThatIOException().isThrownBy(this::claimed);
    topic.readable = true;
    assertThatExceptionOfType(FencedException.class)
        .isThrownBy(this::claimed)
        .withMessageContaining(
            "the one on host2 claimed epoch 1 at 2026-01-02T03:04:05Z, ours is 0");
    assertThat(topic.records).as("nothing is appended").hasSize(2);
  }

  @Test
  void norWhenTheClaimOfTheOtherOneIsPrunedByThen() throws IOException {
    claimed();
    topic.add(claim("host2"));
    topic.add(started(1));
    topic.begin = 2;
    assertThatExceptionOfType(FencedException.class)
        .isThrownBy(this::claimed)
        .withMessageContaining("took over VM vm1: it began epoch 1, ours is 0");
    assertThat(topic.records).hasSize(3);
  }

  @Test
  void anOwnClaimOfWhichKafkaSaidNothingDoesNotFence() throws IOException {
    claimed();
    topic.acknowledges = false;
    assertThatIOException().isThrownBy(this::claimed).withMessageContaining("no answer in time");
    topic.acknowledges = true;
    assertThat(claimed()).isEqualTo(2);
  }

  /** It held the VM although it was never told so. */
  @Test
  void whoWasReplacedAfterSuchAClaimDoesNotTakeTheVmBackEither() {
    topic.acknowledges = false;
    assertThatIOException().isThrownBy(this::claimed);
    topic.add(claim("host2"));
    topic.acknowledges = true;
    assertThatExceptionOfType(FencedException.class).isThrownBy(this::claimed);
    assertThat(topic.records).hasSize(2);
  }

  /** A start that never came to its claim is still a start. */
  @Test
  void whoNeverHadTheVmTakesItAlsoLater() throws IOException {
    topic.readable = false;
    assertThatIOException().isThrownBy(this::claimed);
    topic.add(claim("host2"));
    topic.readable = true;
    assertThat(claimed()).isEqualTo(1);
  }

  /** The epoch is over then, and the agent goes on with another. */
  @Test
  void anOwnClaimThatArrivesLateEndsTheEpochButIsNobodyElse() throws IOException {
    topic.delivers = false;
    assertThatIOException().isThrownBy(this::claimed);
    CheckpointRecord late = new EpochClaimed(VM, "host1", now);
    now = now.plusSeconds(1);
    topic.delivers = true;
    try (EpochLog epoch = log.claim()) {
      topic.add(late);
      assertThatIOException()
          .isThrownBy(epoch::begin)
          .isNotInstanceOf(FencedException.class)
          .withMessageContaining("epoch 0 of VM vm1 is over: our own claim");
    }
    assertThat(claimed()).isEqualTo(2);
  }

  @Test
  void inATopicThatWasCreatedAnewItClaimsAsAtItsStart() throws IOException {
    claimed();
    claimed();
    topic.records.clear();
    topic.id = new UUID(3, 3);
    assertThat(claimed()).isZero();
    topic.records.clear();
    topic.add(claim("host2"));
    topic.id = new UUID(4, 4);
    assertThat(claimed()).isEqualTo(1);
  }

  @Test
  void whereAllIsPrunedItGoesOn() throws IOException {
    claimed();
    topic.begin = 1;
    assertThat(claimed()).isEqualTo(1);
  }

  private long claimed() throws IOException {
    now = now.plusMillis(1);
    try (EpochLog epoch = log.claim()) {
      return epoch.epoch();
    }
  }

  private static EpochClaimed claim(String host) {
    return new EpochClaimed(VM, host, Instant.parse("2026-01-02T03:04:05Z"));
  }

  private static EpochStarted started(long epoch) {
    return new EpochStarted(
        epoch,
        Instant.EPOCH,
        SourceKind.DRIVEN,
        "",
        "virt",
        new GuestMemoryMap(4096, List.of(new RamBlock("ram", 4096))),
        1,
        2,
        ByteBuffer.allocate(8),
        new TopicIds(new UUID(1, 1), new UUID(2, 2)));
  }

  /** The checkpoints topic, and clients that reach it or not. */
  private final class Topic implements AgentClients {
    private final List<byte[]> records = new ArrayList<>();
    private UUID id = new UUID(2, 2);
    private int begin;
    private boolean readable = true;
    private boolean delivers = true;
    private boolean acknowledges = true;

    void add(CheckpointRecord record) {
      records.add(codec.encode(record));
    }

    @Override
    public TopicIds provideTopics() {
      return new TopicIds(new UUID(1, 1), id);
    }

    @Override
    public long[] pagesEndRecordOffsets() {
      return new long[2];
    }

    @Override
    public Producer<byte[], byte[]> pagesProducer() {
      return checkpointsProducer();
    }

    @Override
    public Producer<byte[], byte[]> checkpointsProducer() {
      return new MockProducer<>(true, null, new ByteArraySerializer(), new ByteArraySerializer()) {
        @Override
        public synchronized Future<RecordMetadata> send(
            ProducerRecord<byte[], byte[]> record, Callback callback) {
          if (delivers) {
            records.add(record.value());
          }
          return delivers && acknowledges
              ? CompletableFuture.completedFuture(
                  new RecordMetadata(TOPIC, records.size() - 1, 0, 0, 0, 0))
              : CompletableFuture.failedFuture(new TimeoutException("lost"));
        }
      };
    }

    @Override
    public Consumer<byte[], byte[]> checkpointsConsumer() {
      return new MockConsumer<>("earliest") {
        private int known = begin;

        {
          updateBeginningOffsets(Map.of(TOPIC, (long) begin));
        }

        @Override
        public synchronized Map<TopicPartition, Long> endOffsets(
            java.util.Collection<TopicPartition> asked) {
          if (!readable) {
            throw new TopicAuthorizationException(TOPIC.topic());
          }
          handOut();
          return Map.of(TOPIC, (long) records.size());
        }

        @Override
        public synchronized org.apache.kafka.clients.consumer.ConsumerRecords<byte[], byte[]> poll(
            Duration timeout) {
          handOut();
          return super.poll(timeout);
        }

        private void handOut() {
          for (; known < records.size(); known++) {
            addRecord(new ConsumerRecord<>(TOPIC.topic(), 0, known, null, records.get(known)));
          }
          updateEndOffsets(Map.of(TOPIC, (long) records.size()));
        }
      };
    }
  }
}
