package dev.ramtide.sink.consume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.ramtide.checkpoint.CheckpointRecord;
import dev.ramtide.checkpoint.EpochClaimed;
import dev.ramtide.checkpoint.TopicIds;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.encryption.ReaderKeys;
import dev.ramtide.registry.FakeRegistry;
import dev.ramtide.registry.RegistryException;
import dev.ramtide.sink.SmallGuest;
import dev.ramtide.sink.seal.KeptCopies;
import dev.ramtide.sink.state.Site;
import dev.ramtide.wire.EventCodec;
import dev.ramtide.wire.EventCodecs;
import dev.ramtide.wire.VmTopics;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Histories whose schemas are in a registry that does not answer, or not for all of them. */
class RegistryAwayTest {
  private static final VmTopics TOPICS = OneVm.TOPICS;
  private static final VmTopics OTHER = new VmTopics("ramtide", new VmId("w"));

  private final MockConsumer<byte[], ByteBuffer> kafka = new MockConsumer<>("none");
  private FakeRegistry registry;
  private EventCodecs codecs;
  private byte[] claim;
  private byte[] start;
  private final List<ConsumerRecord<byte[], ByteBuffer>> undelivered = new ArrayList<>();
  private final ManualClock clock = new ManualClock();

  /** Two VMs, whose checkpoints topics one consumer reads. */
  private final class Both implements ScriptedClients {
    @Override
    public Consumer<byte[], ByteBuffer> reader(String purpose) {
      return kafka;
    }

    @Override
    public EventCodec codec(VmTopics topics) throws IOException {
      return codecs.reader(topics);
    }

    @Override
    public Map<String, UUID> topics() {
      Map<String, UUID> all = new HashMap<>();
      for (VmTopics each : List.of(TOPICS, OTHER)) {
        all.put(each.pages(), SmallGuest.TOPICS.pages());
        all.put(each.checkpoints(), SmallGuest.TOPICS.checkpoints());
      }
      return all;
    }

    @Override
    public TopicIds topicIds(VmTopics topics) {
      return SmallGuest.TOPICS;
    }
  }

  @BeforeEach
  void start() throws IOException {
    registry = FakeRegistry.start();
    Properties properties = registry.properties();
    codecs =
        new EventCodecs(
            properties,
            (serializer, deserializer, client) -> {
              throw new IOException(deserializer);
            },
            FakeRegistry.FORGETFUL); // The follower's time is not the registry's.
    claim = written(new EpochClaimed(TOPICS.vm(), "host1", Instant.parse("2026-01-02T03:04:05Z")));
    start = written(SmallGuest.epoch(0));
    for (VmTopics each : List.of(TOPICS, OTHER)) {
      kafka.updateBeginningOffsets(Map.of(checkpoints(each), 0L));
      kafka.updateEndOffsets(Map.of(checkpoints(each), 2L));
    }
  }

  private byte[] written(CheckpointRecord record) throws IOException {
    return codecs.writer(TOPICS).encode(record);
  }

  private static TopicPartition checkpoints(VmTopics topics) {
    return new TopicPartition(topics.checkpoints(), 0);
  }

  @AfterEach
  void stop() {
    registry.close();
  }

  @Test
  void theRecordIsTakenWhenTheRegistryIsBackAndTheVmIsNotLost() throws Exception {
    OneVm clients = new OneVm(kafka, codecs::reader, ReaderKeys.NONE);
    try (CheckpointFollower follower = follower(clients)) {
      registry.answerNext(503, "");
      deliver(TOPICS, claim);
      follower.step(Duration.ZERO);
      VmFollow vm = follower.vm(TOPICS.vm()).orElseThrow();
      assertStalled(vm, TOPICS, 0);
      assertThat(vm.failure().orElseThrow())
          .hasMessageContaining("record offset 0: ")
          .hasMessageContaining("answers 503");
      goOn(follower, claim);
      assertThat(vm.failure()).isEmpty();
      assertThat(vm.recordsRead()).isEqualTo(2);
      assertThat(vm.isCaughtUp()).isTrue();
    }
  }

  /** It refuses the one's schema, or has not got it; the other's it gives. */
  @Test
  void aVmWhoseSchemaIsNotGivenStandsAloneAndTheOtherIsReadOn() throws Exception {
    try (CheckpointFollower follower = follower(new Both())) {
      registry.answerNext(403, "{\"error_code\":40301,\"message\":\"not for you\"}");
      deliver(TOPICS, claim);
      deliver(OTHER, start);
      follower.step(Duration.ZERO);
      VmFollow vm = follower.vm(TOPICS.vm()).orElseThrow();
      VmFollow other = follower.vm(OTHER.vm()).orElseThrow();
      assertStalled(vm, TOPICS, 0);
      assertThat(other.failure()).isEmpty();
      assertThat(other.recordsRead()).isEqualTo(2);
      assertThat(other.isCaughtUp()).isTrue();

      goOn(follower, claim);
      assertThat(vm.failure()).isEmpty();
      assertThat(vm.recordsRead()).isEqualTo(2);
    }
  }

  @Test
  void withoutAnyRegistryWhoseSchemasAreKnownIsReadOn() throws Exception {
    try (CheckpointFollower follower = follower(new Both())) {
      deliver(OTHER, start);
      follower.step(Duration.ZERO);
      VmFollow vm = follower.vm(TOPICS.vm()).orElseThrow();
      VmFollow other = follower.vm(OTHER.vm()).orElseThrow();
      assertThat(other.recordsRead()).isEqualTo(2);

      registry.close();
      deliver(TOPICS, claim);
      add(OTHER, 2, start);
      add(OTHER, 3, start);
      follower.step(Duration.ZERO);
      assertStalled(vm, TOPICS, 0);
      assertThat(other.failure()).isEmpty();
      assertThat(other.recordsRead()).isEqualTo(4);
      assertThat(kafka.position(checkpoints(OTHER))).isEqualTo(4);
    }
  }

  /** Of a registry that is away it goes on by itself; of a right that is missing it does not. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  @Timeout(60)
  void whoWaitsForACheckpointWaitsForARegistryAndNotForAnOperator(
      boolean away, @TempDir Path directory) throws Exception {
    registry.answerNext(away ? 503 : 403, "{}");
    deliver(TOPICS, claim);
    SinkProcess.Plan plan =
        new SinkProcess.Plan(
            Site.open(directory),
            "ramtide",
            List.of(),
            "group",
            0,
            (paths, state, checkpoint) -> {},
            new KeptCopies(0, (from, to) -> false));
    try (SinkProcess sink = new SinkProcess(plan, new Both())) {
      sink.start();
      while (sink.vm(TOPICS.vm()).flatMap(VmFollow::failure).isEmpty()) {
        assertThat(sink.failure()).isEmpty();
        Thread.sleep(5);
      }
      assertThat(sink.failure(TOPICS.vm()).isPresent()).isEqualTo(!away);
      assertThat(sink.failure()).as("it runs on").isEmpty();
    }
  }

  @Test
  void whoReadsTheHistoryOnceIsToldAtOnce() {
    registry.close();
    deliver(TOPICS, claim);
    OneVm clients = new OneVm(kafka, codecs::reader, ReaderKeys.NONE);
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> new HistoryReader(clients).read(TOPICS))
        .withCauseInstanceOf(RegistryException.class)
        .withMessageContaining("no schema registry at schema.registry.url=" + registry.url());
  }

  /** And not "Is the broker up?". */
  @Test
  void whoCannotReadTheHistoryIsToldWhy() {
    ScriptedClients leaderless =
        new ScriptedClients() {
          @Override
          public Consumer<byte[], ByteBuffer> reader(String purpose) {
            return kafka;
          }

          @Override
          public Map<String, UUID> topics() {
            return new Both().topics();
          }

          @Override
          public TopicIds topicIds(VmTopics topics) {
            return SmallGuest.TOPICS;
          }

          @Override
          public Ends ends(Set<TopicPartition> partitions, Duration patience) {
            return new Ends(Map.of(), Map.of(checkpoints(TOPICS), new IOException("no leader")));
          }
        };
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> new HistoryReader(leaderless, clock).read(TOPICS))
        .withMessage("no leader");
  }

  private CheckpointFollower follower(SinkClients clients) {
    return new CheckpointFollower(clients, new VmFilter("ramtide", List.of()), 9, clock);
  }

  private void assertStalled(VmFollow vm, VmTopics topics, long recordOffset) {
    assertThat(vm.isLost()).isFalse();
    assertThat(vm.failure()).isPresent();
    assertThat(kafka.position(checkpoints(topics))).as("to be read again").isEqualTo(recordOffset);
    assertThat(kafka.paused()).containsExactly(checkpoints(topics));
  }

  /** The mock hands a record out once; a broker does so again after the seek. */
  private void goOn(CheckpointFollower follower, byte[] value) throws Exception {
    follower.step(Duration.ZERO);
    assertThat(kafka.paused()).as("it is not time yet").containsExactly(checkpoints(TOPICS));
    clock.sleep(Duration.ofSeconds(11));
    deliver(TOPICS, value);
    follower.step(Duration.ZERO);
    assertThat(kafka.paused()).isEmpty();
  }

  /** The first two records of its history. */
  private void deliver(VmTopics topics, byte[] value) {
    add(topics, 0, value);
    add(topics, 1, value);
  }

  private void add(VmTopics topics, long recordOffset, byte[] value) {
    if (undelivered.isEmpty()) {
      kafka.schedulePollTask(this::deliver);
    }
    undelivered.add(
        new ConsumerRecord<>(topics.checkpoints(), 0, recordOffset, null, ByteBuffer.wrap(value)));
  }

  /** All in one poll. */
  private void deliver() {
    undelivered.forEach(kafka::addRecord);
    undelivered.clear();
  }
}
