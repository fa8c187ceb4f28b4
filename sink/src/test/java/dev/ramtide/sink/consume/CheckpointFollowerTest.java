package dev.ramtide.sink.consume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.ramtide.checkpoint.TopicIds;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.metrics.Metrics;
import dev.ramtide.refusal.RefusedException;
import dev.ramtide.refusal.Right;
import dev.ramtide.sink.apply.ApplyCounts;
import dev.ramtide.sink.metrics.SinkMetrics;
import dev.ramtide.sink.state.Site;
import dev.ramtide.wire.EventCodec;
import dev.ramtide.wire.VmTopics;
import io.micrometer.core.instrument.Meter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which VMs are followed, as topics come and go. */
class CheckpointFollowerTest {
  private static final VmId WEB = new VmId("web-1");
  private static final VmId DB = new VmId("db-1");
  private static final Duration LOOK = Duration.ofSeconds(2);

  private Runnable whileAssigned = () -> {};

  private final MockConsumer<byte[], ByteBuffer> consumer =
      new MockConsumer<>("none") {
        @Override
        public synchronized void assign(Collection<TopicPartition> partitions) {
          super.assign(partitions);
          whileAssigned.run();
        }

        @Override
        public synchronized Map<TopicPartition, Long> endOffsets(
            Collection<TopicPartition> partitions) {
          for (TopicPartition partition : partitions) {
            if (leaderless.contains(partition.topic())) {
              throw new TimeoutException("no leader");
            } else if (endless.contains(partition.topic())) {
              throw new TopicAuthorizationException(Set.of(partition.topic()));
            }
          }
          return super.endOffsets(partitions);
        }

        /** Of none is of all, as Kafka's own has it. */
        @Override
        public void seekToBeginning(Collection<TopicPartition> partitions) {
          super.seekToBeginning(partitions.isEmpty() ? assignment() : partitions);
        }
      };
  private final Map<String, UUID> topics = new HashMap<>();
  private final List<String> told = new ArrayList<>();
  private final Set<VmId> unseen = new HashSet<>();
  private final Set<String> endless = new HashSet<>();
  private final Set<String> leaderless = new HashSet<>();
  private final Set<VmId> undecodable = new HashSet<>();
  private boolean brokerIsAway;
  private long created;

  private final ManualClock clock = new ManualClock();

  private final class Told implements SinkListener {
    @Override
    public void found(VmFollow vm) {
      told.add("found " + vm.vm());
    }

    @Override
    public void givenUp(VmId vm) {
      told.add("given up " + vm);
    }

    @Override
    public void gone(VmId vm) {
      told.add("gone " + vm);
    }
  }

  private final class Broker implements ScriptedClients {
    @Override
    public Consumer<byte[], ByteBuffer> reader(String purpose) {
      return consumer;
    }

    @Override
    public Map<String, UUID> topics() throws IOException {
      if (brokerIsAway) {
        throw new IOException("no broker");
      }
      return topics;
    }

    /** As Kafka's admin client: it asks until the time is over when one is without a leader. */
    @Override
    public Ends ends(Set<TopicPartition> partitions, Duration patience) {
      if (partitions.stream().anyMatch(each -> leaderless.contains(each.topic()))) {
        clock.sleep(patience);
      }
      return ScriptedClients.super.ends(partitions, patience);
    }

    @Override
    public EventCodec codec(VmTopics vm) throws IOException {
      if (undecodable.contains(vm.vm())) {
        throw new IOException("no deserializer");
      }
      return new EventCodec();
    }

    @Override
    public TopicIds topicIds(VmTopics vm) throws IOException {
      if (unseen.contains(vm.vm())) {
        throw new RefusedException(
            "looking up", Right.onTopic(AclOperation.DESCRIBE, vm.checkpoints()));
      }
      return new TopicIds(id(vm.pages()), id(vm.checkpoints()));
    }

    private UUID id(String topic) throws IOException {
      if (!topics.containsKey(topic)) {
        throw new IOException("no such topic: " + topic);
      }
      return topics.get(topic);
    }
  }

  @Test
  void aVmThatMayNotBeReadIsLeftOutForAWhileAndTheOthersAreReadOn() throws Exception {
    CheckpointFollower follower = follower(new Told());
    create(WEB);
    create(DB);
    follower.step(Duration.ZERO);
    TopicPartition web = new TopicPartition("ramtide.web-1.checkpoints", 0);
    for (int again = 0; again < 2; again++) {
      consumer.setPollException(new TopicAuthorizationException(Set.of(web.topic())));
      follower.step(Duration.ZERO);
    }

    assertThat(told).containsOnlyOnce("given up web-1").doesNotContain("given up db-1");
    assertThat(follower.vm(WEB).orElseThrow().failure().orElseThrow())
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("--operation Read --topic " + web.topic());
    assertThat(consumer.paused()).containsExactly(web);
    assertThat(follower.vm(DB).orElseThrow().failure()).isEmpty();
    follower.step(Duration.ZERO);
    assertThat(follower.vm(DB).orElseThrow().isCaughtUp()).isTrue();

    clock.sleep(Duration.ofSeconds(11));
    follower.step(Duration.ZERO);
    assertThat(consumer.paused()).isEmpty();
    assertThat(follower.vm(WEB).orElseThrow().failure()).isEmpty();
  }

  @Test
  void aNamedVmThatMayNotBeSeenIsTold() throws Exception {
    unseen.add(WEB);
    create(DB);
    CheckpointFollower both =
        new CheckpointFollower(
            new Broker(), new VmFilter(VmTopics.DEFAULT_PREFIX, List.of(WEB, DB)), 10, clock);
    both.step(Duration.ZERO);
    assertThat(both.refusal(WEB).orElseThrow())
        .hasMessageContaining("--operation Describe --topic ramtide.web-1.checkpoints");
    assertThat(both.refusal(DB)).isEmpty();
    assertThat(both.vm(DB)).isPresent();

    CheckpointFollower alone =
        new CheckpointFollower(
            new Broker(), new VmFilter(VmTopics.DEFAULT_PREFIX, List.of(WEB)), 10, clock);
    assertThatIOException()
        .isThrownBy(() -> alone.step(Duration.ZERO))
        .isInstanceOf(RefusedException.class);
  }

  /** It may not be described, or the broker does not say where its log ends. */
  @Test
  void aVmOfWhichNothingIsLearnedKeepsNobodyElseAndIsFollowedLater() throws Exception {
    create(WEB);
    create(DB);
    VmId third = new VmId("mail-1");
    create(third);
    unseen.add(WEB);
    endless.add(new VmTopics(VmTopics.DEFAULT_PREFIX, third).checkpoints());
    try (CheckpointFollower follower = follower(new Told())) {
      look(follower);
      look(follower);
      assertThat(told).containsExactly("found db-1");
      unseen.clear();
      endless.clear();
      look(follower);
      assertThat(told).containsExactlyInAnyOrder("found db-1", "found web-1", "found mail-1");
    }
  }

  @Test
  void aPatternOfWhichTheFirstVmMayNotBeReadIsWaitedOn() throws Exception {
    create(WEB);
    unseen.add(WEB);
    try (CheckpointFollower follower = follower(new Told())) {
      look(follower);
      create(DB);
      look(follower);
      assertThat(told).containsExactly("found db-1");
    }
  }

  @Test
  void aProcessOfNamedVmsThatAllMayNotBeReadEnds() throws Exception {
    CheckpointFollower both =
        new CheckpointFollower(
            new Broker(), new VmFilter(VmTopics.DEFAULT_PREFIX, List.of(WEB, DB)), 10, clock);
    look(both); // No agent yet.
    create(WEB);
    create(DB);
    unseen.add(WEB);
    endless.add(new VmTopics(VmTopics.DEFAULT_PREFIX, DB).checkpoints());
    assertThatIOException()
        .isThrownBy(() -> both.step(Duration.ZERO))
        .withMessageContaining("--operation");
  }

  /** A broker that was just started may have no leader of it yet. */
  @Test
  void theOnlyNamedVmMayBeWithoutALeaderAtFirst() throws Exception {
    create(WEB);
    leaderless.add(new VmTopics(VmTopics.DEFAULT_PREFIX, WEB).checkpoints());
    CheckpointFollower alone =
        new CheckpointFollower(
            new Broker(), new VmFilter(VmTopics.DEFAULT_PREFIX, List.of(WEB)), 10, clock);
    look(alone);
    assertThat(alone.vm(WEB)).isEmpty();
    assertThat(alone.refusal(WEB)).isEmpty();
    leaderless.clear();
    look(alone);
    assertThat(alone.vm(WEB)).isPresent();
  }

  /** A site may have a thousand VMs, and a broker that is away leaves many without a leader. */
  @Test
  void manyWithoutALeaderKeepNobodyLongerThanOne() throws Exception {
    for (int number = 0; number < 60; number++) {
      VmId vm = new VmId("a-" + number);
      create(vm);
      leaderless.add(new VmTopics(VmTopics.DEFAULT_PREFIX, vm).checkpoints());
    }
    create(WEB);
    try (CheckpointFollower follower = follower(new Told())) {
      long begun = clock.nanoTime();
      follower.step(Duration.ZERO);
      assertThat(told).containsExactly("found web-1");
      assertThat(Duration.ofNanos(clock.nanoTime() - begun))
          .isLessThanOrEqualTo(Duration.ofSeconds(5));
      leaderless.clear();
      clock.sleep(LOOK);
      follower.step(Duration.ZERO);
      assertThat(told).hasSize(61);
    }
  }

  @Test
  void aVmThatCannotBeDecodedIsLeftOutAndTheOthersAreFollowed() throws Exception {
    create(WEB);
    create(DB);
    undecodable.add(WEB);
    try (CheckpointFollower follower = follower(new Told())) {
      look(follower);
      TopicPartition read = new TopicPartition("ramtide.db-1.checkpoints", 0);
      consumer.seek(read, 5);
      look(follower);
      assertThat(consumer.position(read)).as("is not read once more").isEqualTo(5);
      assertThat(told).containsExactly("found db-1");
      assertThat(follower.trouble(WEB).orElseThrow()).hasMessage("no deserializer");
      undecodable.clear();
      look(follower);
      assertThat(told).containsExactly("found db-1", "found web-1");
    }
    undecodable.addAll(List.of(WEB, DB));
    try (CheckpointFollower follower = follower(new Told())) {
      assertThatIOException().isThrownBy(() -> look(follower)).withMessage("no deserializer");
    }
  }

  private CheckpointFollower follower(SinkListener listener) {
    CheckpointFollower follower =
        new CheckpointFollower(
            new Broker(), new VmFilter(VmTopics.DEFAULT_PREFIX, List.of()), 10, clock);
    follower.tell(listener);
    return follower;
  }

  private void create(VmId vm) {
    VmTopics names = new VmTopics(VmTopics.DEFAULT_PREFIX, vm);
    topics.put(names.pages(), new UUID(1, created++));
    topics.put(names.checkpoints(), new UUID(1, created++));
    TopicPartition checkpoints = new TopicPartition(names.checkpoints(), 0);
    consumer.updateBeginningOffsets(Map.of(checkpoints, 0L));
    consumer.updateEndOffsets(Map.of(checkpoints, 0L));
  }

  private void delete(VmId vm) {
    VmTopics names = new VmTopics(VmTopics.DEFAULT_PREFIX, vm);
    topics.keySet().removeAll(List.of(names.pages(), names.checkpoints()));
  }

  private void look(CheckpointFollower follower) throws Exception {
    follower.step(Duration.ZERO);
    clock.sleep(LOOK);
  }

  @Test
  void aVmWhoseTopicsAreGoneIsLeftAndTheOthersStay() throws Exception {
    create(WEB);
    create(DB);
    try (CheckpointFollower follower = follower(new Told())) {
      look(follower);
      VmFollow known = follower.vm(WEB).orElseThrow();
      delete(WEB);
      look(follower);
      look(follower);
      assertThat(follower.vm(WEB)).as("a broker may be behind").isPresent();
      look(follower);
      assertThat(follower.vm(WEB)).isEmpty();
      assertThat(known.isLost()).as("nobody works on for it").isTrue();
      assertThat(follower.failure(WEB).orElseThrow()).hasMessageContaining("web-1 are gone");
      assertThat(follower.failure(DB)).isEmpty();
      assertThat(follower.vm(DB)).isPresent();
      assertThat(consumer.assignment()).hasSize(1);
      assertThat(told).containsExactlyInAnyOrder("found web-1", "found db-1", "gone web-1");
    }
  }

  /** A process that knows of lost VMs only ends; it is asked fifty times a second. */
  @Test
  void theOnlyVmIsAtNoMomentKnownAsLost() throws Exception {
    create(WEB);
    try (CheckpointFollower follower = follower(new Told())) {
      look(follower);
      List<VmFollow> lost = new ArrayList<>();
      whileAssigned = () -> follower.all().stream().filter(VmFollow::isLost).forEach(lost::add);
      delete(WEB);
      look(follower);
      look(follower);
      look(follower);
      assertThat(told).containsExactly("found web-1", "gone web-1");
      assertThat(lost).isEmpty();
    }
  }

  @Test
  void topicsThatWereOnlyMissedForAMomentAreFollowedAsBefore() throws Exception {
    create(WEB);
    try (CheckpointFollower follower = follower(new Told())) {
      look(follower);
      VmFollow known = follower.vm(WEB).orElseThrow();
      for (int times = 0; times < 3; times++) {
        Map<String, UUID> before = Map.copyOf(topics);
        delete(WEB);
        look(follower);
        look(follower);
        topics.putAll(before);
        look(follower);
      }
      assertThat(follower.vm(WEB).orElseThrow()).isSameAs(known);
      assertThat(told).containsExactly("found web-1");
    }
  }

  @Test
  void aVmThatComesBackIsAnotherOne() throws Exception {
    create(WEB);
    try (CheckpointFollower follower = follower(new Told())) {
      look(follower);
      VmFollow former = follower.vm(WEB).orElseThrow();
      delete(WEB);
      look(follower);
      look(follower);
      look(follower);
      brokerIsAway = true;
      look(follower); // It had followed something: that is nothing to die of.
      brokerIsAway = false;
      create(WEB);
      look(follower);
      assertThat(follower.vm(WEB).orElseThrow()).isNotSameAs(former);
      assertThat(follower.vm(WEB).orElseThrow().isLost()).isFalse();
      assertThat(follower.failure(WEB)).as("it can have checkpoints again").isEmpty();
      assertThat(told).containsExactly("found web-1", "gone web-1", "found web-1");
    }
  }

  @Test
  void aVmThatIsCreatedAgainBetweenTwoLooksIsAnotherOneToo() throws Exception {
    create(WEB);
    create(DB);
    try (CheckpointFollower follower = follower(new Told())) {
      look(follower);
      VmFollow former = follower.vm(WEB).orElseThrow();
      delete(WEB);
      create(WEB);
      look(follower);
      assertThat(former.isLost()).as("nobody works on for it").isTrue();
      assertThat(follower.vm(WEB).orElseThrow()).isNotSameAs(former);
      assertThat(follower.vm(WEB).orElseThrow().isLost()).isFalse();
      assertThat(told).containsOnlyOnce("found db-1", "gone web-1").doesNotContain("gone db-1");
      assertThat(told).endsWith("gone web-1", "found web-1");
    }
  }

  /** Its checkpoints speak of the pages that are gone. */
  @Test
  void soIsOneOfWhichOnlyThePagesWereCreatedAgain() throws Exception {
    create(WEB);
    try (CheckpointFollower follower = follower(new Told())) {
      look(follower);
      topics.put(new VmTopics(VmTopics.DEFAULT_PREFIX, WEB).pages(), new UUID(2, 2));
      look(follower);
      assertThat(told).containsExactly("found web-1", "gone web-1", "found web-1");
    }
  }

  @Test
  void aBrokerThatIsAwayFromTheStartIsAnError() throws Exception {
    brokerIsAway = true;
    try (CheckpointFollower follower = follower(new Told())) {
      assertThatIOException().isThrownBy(() -> look(follower)).withMessage("no broker");
    }
  }

  @Test
  void nothingIsToldAnyMoreOfAVmThatIsGone(@TempDir Path directory) throws Exception {
    Metrics metrics = new Metrics();
    SinkMetrics listener = new SinkMetrics(metrics, Site.open(directory), Clock.systemUTC());
    create(WEB);
    create(DB);
    try (CheckpointFollower follower = follower(listener)) {
      look(follower);
      int each = series(metrics, WEB);
      assertThat(each).isGreaterThan(15).isEqualTo(series(metrics, DB));
      delete(WEB);
      look(follower);
      look(follower);
      look(follower);
      assertThat(series(metrics, WEB)).isZero();
      assertThat(series(metrics, DB)).isEqualTo(each);
      worksOnFor(WEB, listener); // What was under way ends after the VM has gone.
      assertThat(series(metrics, WEB)).isZero();
      create(WEB);
      look(follower);
      assertThat(series(metrics, WEB)).isEqualTo(each);
      worksOnFor(WEB, listener);
      assertThat(series(metrics, WEB)).as("three histograms more").isEqualTo(each + 3);
    }
  }

  private static void worksOnFor(VmId vm, SinkListener listener) {
    listener.applied(vm, ApplyCounts.NONE, 1, Duration.ofMillis(1));
    listener.forced(vm, Duration.ofMillis(1));
    listener.sealed(vm, 1, Duration.ofMillis(1));
    listener.digestDiffers(vm);
    listener.givenUp(vm);
  }

  private static int series(Metrics metrics, VmId vm) {
    List<Meter> all = metrics.registry().getMeters();
    return (int) all.stream().filter(one -> vm.name().equals(one.getId().getTag("vm"))).count();
  }
}
