package dev.ramtide.sink.consume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import dev.ramtide.checkpoint.EpochStarted;
import dev.ramtide.checkpoint.RecordedCheckpoint;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.refusal.RefusedException;
import dev.ramtide.sink.SmallGuest;
import dev.ramtide.sink.seal.ImageListener;
import dev.ramtide.sink.seal.KeptCopies;
import dev.ramtide.sink.state.ControlFile;
import dev.ramtide.sink.state.ControlState;
import dev.ramtide.sink.state.ImagePaths;
import dev.ramtide.sink.state.Site;
import dev.ramtide.wire.VmTopics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** NothingLost in the loop of one member, over Kafka's own consumer without a broker. */
final class PartitionLoopTest {
  private static final VmTopics TOPICS = new VmTopics("ramtide", ScriptedLog.VM);
  private static final Duration SOON = Duration.ofSeconds(20);

  /** Of the ten seconds for which a VM is given up. */
  private static final Duration ALL_BUT_A_MOMENT = Duration.ofMillis(9_700);

  private static final int RECORDS = 3;
  private static final int WOKEN_POLLS = 50;

  @TempDir private Path directory;
  private final ScriptedLog log = new ScriptedLog();
  private final MockConsumer<byte[], ByteBuffer> consumer = new MockConsumer<>("none");

  @Test
  void whoIsWokenAllTheTimeLosesNothingAndWakesTheOthersWhenTheImageMovesOn() throws Exception {
    log.startEpoch(40);
    log.publishEveryPage(0);
    log.complete(1, true);
    AtomicInteger polls = new AtomicInteger();
    Member member = new Member(directory.resolve("site"));
    member.whenPolled =
        () -> {
          if (polls.incrementAndGet() % 3 > 0) {
            consumer.wakeup();
          }
        };
    member.start();
    try {
      member.awaitSealed(1);
    } finally {
      member.stop();
    }
    // Each partition that is at the gate, and the seal.
    assertThat(member.wakes.get()).isGreaterThanOrEqualTo(4);
    assertThat(member.failure).isEmpty();
  }

  @Test
  void aMemberThatIsWokenWithoutAnEndStillFetches() throws Exception {
    log.startEpoch(40);
    log.publishEveryPage(0);
    log.complete(1, true);
    AtomicInteger polls = new AtomicInteger();
    AtomicInteger fetchedAt = new AtomicInteger(Integer.MAX_VALUE);
    Member member = new Member(directory.resolve("site"));
    member.whenPolled =
        () -> {
          if (polls.incrementAndGet() < WOKEN_POLLS) {
            member.loop.wake();
          }
          if (consumer.assignment().stream().anyMatch(this::isFetched)) {
            fetchedAt.accumulateAndGet(polls.get(), Math::min);
          }
        };
    member.start();
    try {
      member.awaitSealed(1);
    } finally {
      member.stop();
    }
    assertThat(fetchedAt).hasValueLessThan(WOKEN_POLLS);
  }

  private boolean isFetched(TopicPartition partition) {
    return partition.topic().equals(TOPICS.pages()) && consumer.position(partition) > 0;
  }

  @Test
  void whatAnotherMemberGaveUpGoesOnWhereItStoodAndNotWhereTheConsumerStands() throws Exception {
    log.startEpoch(40);
    log.publishEveryPage(0);
    log.complete(1, true);
    // The other member fails when this one has polled, and before it applies.
    AtomicInteger failures = new AtomicInteger(1);
    Member member = new Member(directory.resolve("site"));
    member.whenPolled =
        () -> {
          if (consumer.paused().size() < 4 && failures.getAndDecrement() > 0) {
            member.failVm(log.follow, new IOException("the other one's disk"));
          }
        };
    member.start();
    try {
      member.awaitSealed(1);
      assertThat(failures).hasNonPositiveValue();
    } finally {
      member.stop();
    }
    try (ScriptedMember undisturbed = new ScriptedMember(directory.resolve("other"), log)) {
      undisturbed.settle();
      assertThat(Files.readAllBytes(image().ram()))
          .isEqualTo(Files.readAllBytes(undisturbed.image()));
    }
  }

  @Test
  void aVmThatWasGoneAndIsFollowedAgainIsWorkedOnAsTheNewOne() throws Exception {
    log.startEpoch(40);
    log.publishEveryPage(0);
    log.complete(1, true);
    Member member = new Member(directory.resolve("site"));
    member.start();
    try {
      member.awaitSealed(1);
      VmFollow former = log.follow;
      AtomicInteger comings = new AtomicInteger(1);
      member.whenPolled =
          () -> {
            if (comings.getAndDecrement() > 0) {
              comeBack();
            }
          };
      member.awaitSealed(2);
      assertThat(log.follow).isNotSameAs(former);
    } finally {
      member.stop();
    }
  }

  @Test
  void aRefusalOfOneVmsTopicEndsNeitherTheLoopNorTheOthers() throws Exception {
    log.startEpoch(40);
    log.publishEveryPage(0);
    log.complete(1, true);
    AtomicInteger refusals = new AtomicInteger(3);
    Member member = new Member(directory.resolve("site"));
    member.whenPolled =
        () -> {
          if (refusals.getAndDecrement() > 0) { // Of one that is not followed here.
            consumer.setPollException(
                new TopicAuthorizationException(Set.of("ramtide.Not-Ours.pages")));
          }
        };
    member.start();
    try {
      member.awaitSealed(1);
      assertThat(member.failure).isEmpty();
      consumer.schedulePollTask(
          () -> consumer.setPollException(new TopicAuthorizationException(Set.of(TOPICS.pages()))));
      long deadline = System.nanoTime() + SOON.toNanos();
      while (log.follow.failure().isEmpty() && System.nanoTime() < deadline) {
        Thread.sleep(5);
      }
      assertThat(log.follow.failure().orElseThrow())
          .isInstanceOf(RefusedException.class)
          .hasMessageContaining("--operation Read --topic " + TOPICS.pages());
      assertThat(member.failure).isEmpty();
      assertThat(member.thread.isAlive()).isTrue();
    } finally {
      member.stop();
    }
  }

  @Test
  void aBrokerThatIsTooOldForAnotherReasonIsNotSaidToLeadNoGroups() throws Exception {
    Member member = new Member(directory.resolve("site"));
    consumer.setPollException(new UnsupportedVersionException("The node does not support FETCH"));
    member.start();
    member.thread.join();
    assertThat(member.failure.orElseThrow())
        .hasMessage(
            "the consumer stopped: The node does not support FETCH. The broker is too old for this");
  }

  /** As the heartbeat of a group that the broker leads says it: Kafka's client is dead then. */
  @Test
  void aRefusalThatNamesNoTopicEndsTheProcess() throws Exception {
    Member member = new Member(directory.resolve("site"));
    consumer.setPollException(new TopicAuthorizationException("Not authorized"));
    member.start();
    member.thread.join();
    assertThat(member.failure.orElseThrow())
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("--operation Read --topic NAME");
  }

  @Test
  void aRefusalOfAGroupThatIsNotNamedIsOneOfTheGroup() throws Exception {
    Member member = new Member(directory.resolve("site"));
    consumer.setPollException(new GroupAuthorizationException("Not authorized"));
    member.start();
    member.thread.join();
    assertThat(member.failure.orElseThrow())
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("--operation Read --group NAME");
  }

  @Test
  void aRefusalOfTheGroupEndsTheProcessWithTheRemedy() throws Exception {
    Member member = new Member(directory.resolve("site"));
    consumer.setPollException(GroupAuthorizationException.forGroupId("site"));
    member.start();
    member.thread.join();
    assertThat(member.failure.orElseThrow())
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("--operation Read --group site");
  }

  private void comeBack() {
    try {
      log.skip(); // Nothing: but its history is read by another one.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    log.publish(SmallGuest.data(0, 5, 0, 3));
    log.complete(2, false);
  }

  private ImagePaths image() {
    return new ImagePaths(directory.resolve("site").resolve(ScriptedLog.VM.name()));
  }

  /** A loop in a thread of its own that owns everything. */
  private final class Member implements MemberWork {
    private final Site site;
    private final PartitionLoop loop;
    private final Thread thread;
    private volatile boolean stopping;
    private final AtomicInteger wakes = new AtomicInteger();
    private volatile Optional<IOException> failure = Optional.empty();
    private volatile Runnable whenPolled = () -> {};

    Member(Path directory) throws IOException {
      site = Site.open(directory);
      loop = new PartitionLoop(consumer, this);
      thread = new Thread(loop, "loop");
    }

    void start() {
      List<TopicPartition> all = new ArrayList<>();
      for (int partition = 0; partition < 3; partition++) {
        all.add(new TopicPartition(TOPICS.pages(), partition));
      }
      all.add(new TopicPartition(TOPICS.checkpoints(), 0));
      consumer.schedulePollTask(() -> consumer.rebalance(all));
      consumer.schedulePollTask(this::polled);
      thread.start();
    }

    /** In each poll, before it returns what stands where the consumer stands. */
    private void polled() {
      whenPolled.run();
      consumer.assignment().stream()
          .filter(partition -> partition.topic().equals(TOPICS.pages()))
          .filter(partition -> !consumer.paused().contains(partition))
          .forEach(this::addRecords);
      consumer.schedulePollTask(this::polled);
    }

    private void addRecords(TopicPartition partition) {
      for (PageRecord record :
          log.read(partition.partition(), consumer.position(partition), RECORDS)) {
        consumer.addRecord(
            new ConsumerRecord<>(
                partition.topic(),
                partition.partition(),
                record.recordOffset(),
                new byte[0],
                record.value()));
      }
    }

    void awaitSealed(long checkpoint) throws Exception {
      long deadline = System.nanoTime() + SOON.toNanos();
      Path control = image().control();
      Optional<ControlState> now = Optional.empty();
      while (!now.equals(Optional.of(new ControlState.Sealed(checkpoint)))) {
        if (failure.isPresent() || System.nanoTime() > deadline) {
          fail("is " + now + ", process " + failure + ", VM " + log.follow.failure());
        }
        Thread.sleep(5);
        now = Files.exists(control) ? ControlFile.readFrom(control).map(c -> c.state()) : now;
      }
    }

    void stop() throws InterruptedException {
      stopping = true;
      thread.join();
    }

    @Override
    public VmFilter filter() {
      return new VmFilter("ramtide", List.of(ScriptedLog.VM));
    }

    @Override
    public Site site() {
      return site;
    }

    @Override
    public Optional<VmFollow> vm(VmId vm) {
      return Optional.of(log.follow);
    }

    @Override
    public SealDuty.DeviceStates deviceStates() {
      return (vm, checkpoint) -> ScriptedLog.DEVICE_STATE.duplicate();
    }

    @Override
    public ImageListener listener() {
      return new ImageListener() {
        @Override
        public void imageFills(ImagePaths paths, EpochStarted epoch) {}

        @Override
        public void imageIs(ImagePaths paths, ControlState state, RecordedCheckpoint checkpoint) {}
      };
    }

    @Override
    public KeptCopies kept() {
      return new KeptCopies(0, (from, to) -> false);
    }

    @Override
    public void wake() {
      wakes.incrementAndGet();
    }

    @Override
    public boolean isStopping() {
      return stopping;
    }

    @Override
    public void failVm(VmFollow vm, IOException reason) {
      vm.fail(reason, System.nanoTime() - ALL_BUT_A_MOMENT.toNanos());
    }

    @Override
    public void failProcess(IOException reason) {
      failure = Optional.of(reason);
    }
  }
}
