package dev.ramtide.sink.consume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.ramtide.checkpoint.CheckpointHistory;
import dev.ramtide.checkpoint.DeviceStateChunk;
import dev.ramtide.checkpoint.EpochClaimed;
import dev.ramtide.checkpoint.RecordPlace;
import dev.ramtide.checkpoint.RecordedCheckpoint;
import dev.ramtide.checkpoint.RefusedRecordException;
import dev.ramtide.checkpoint.SkippedRecords;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.encryption.ReaderKeys;
import dev.ramtide.registry.FakeRegistry;
import dev.ramtide.registry.RegistryException;
import dev.ramtide.sink.SmallGuest;
import dev.ramtide.sink.apply.ApplyCounts;
import dev.ramtide.sink.seal.ImageListener;
import dev.ramtide.sink.seal.KeptCopies;
import dev.ramtide.sink.state.FileGates;
import dev.ramtide.sink.state.Site;
import dev.ramtide.time.MonotonicClock;
import dev.ramtide.wire.EventCodec;
import dev.ramtide.wire.EventCodecs;
import dev.ramtide.wire.RecordSerde;
import dev.ramtide.wire.VmTopics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Pages whose schema a registry does not tell. */
class RegistryAwayPagesTest {
  private static final Duration ANSWER = Duration.ofSeconds(3);

  @TempDir private Path directory;
  private final AtomicLong nanos = new AtomicLong();

  /** Goes on when a registry is waited for. */
  private final MonotonicClock clock =
      new MonotonicClock() {
        @Override
        public long nanoTime() {
          return nanos.get();
        }

        @Override
        public void sleep(Duration time) {
          nanos.addAndGet(time.toNanos());
        }
      };

  private final class Away implements RecordSerde {
    @Override
    public byte[] serialize(String topic, Object record) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Object deserialize(String topic, byte[] value) {
      nanos.addAndGet(ANSWER.toNanos());
      throw new UncheckedIOException(new IOException("no answer"));
    }

    @Override
    public void close() {}
  }

  private static VmFollow follow(VmId vm, EventCodec codec, SkippedRecords skipped)
      throws IOException {
    VmFollow follow =
        new VmFollow(
            vm,
            SmallGuest.TOPICS,
            new CheckpointHistory(),
            new LogReading(codec, skipped, ReaderKeys.NONE));
    follow.accept(0, new EpochClaimed(vm, "host", Instant.EPOCH));
    follow.accept(1, SmallGuest.epoch(0));
    follow.caughtUp();
    return follow;
  }

  private Member ofSixWithoutRegistry() throws IOException {
    Properties properties = new Properties();
    properties.setProperty("value.deserializer", "com.example.D");
    EventCodecs codecs = new EventCodecs(properties, (serializer, name, client) -> new Away());
    Member member = new Member();
    for (int number = 0; number < 6; number++) {
      VmId vm = new VmId("vm-" + number);
      EventCodec codec = codecs.reader(new VmTopics("ramtide", vm));
      member.vms.put(vm, follow(vm, codec, SkippedRecords.NONE));
    }
    return member;
  }

  /** Kafka's limit is five minutes, and a site may have a thousand VMs. */
  @Test
  @Timeout(60)
  void aMemberPollsInTimeHoweverManyVmsWaitForARegistry() throws Exception {
    Member member = ofSixWithoutRegistry();
    Thread thread = new Thread(member.loop);
    thread.start();
    while (member.given.size() < member.vms.size() && thread.isAlive()) {
      Thread.sleep(5);
    }
    member.stopping = true;
    thread.join();
    assertThat(member.failure).isEmpty();
    assertThat(member.given).hasSize(6).allSatisfy((vm, why) -> assertThat(isAway(why)).isTrue());
    assertThat(member.longestGap).isLessThanOrEqualTo(2 * ANSWER.toNanos());
  }

  /** What was fetched while others waited is fetched again, and nothing of it twice. */
  @Test
  @Timeout(60)
  void whatAMemberPutsOffIsAppliedLaterOnceAndInOrder() throws Exception {
    Member member = ofSixWithoutRegistry();
    VmFollow good = follow(Member.GOOD, new EventCodec(), SkippedRecords.NONE);
    List<ApplyCounts> applied = new CopyOnWriteArrayList<>();
    good.tell(
        new SinkListener() {
          @Override
          public void applied(VmId vm, ApplyCounts counts, long bytes, Duration took) {
            applied.add(counts);
          }
        });
    member.vms.put(Member.GOOD, good);
    Thread thread = new Thread(member.loop);
    thread.start();
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while ((member.given.size() < 6 || applied.isEmpty()) && System.nanoTime() < deadline) {
      Thread.sleep(5);
    }
    member.stopping = true;
    thread.join();
    assertThat(member.failure).isEmpty();
    assertThat(member.given).hasSize(6).doesNotContainKey(Member.GOOD);
    assertThat(applied.stream().reduce(ApplyCounts.NONE, ApplyCounts::plus))
        .as("each of the page's versions is newer than the one before it")
        .isEqualTo(new ApplyCounts(Member.RECORDS, 0, 0));
    assertThat(member.fetchedFrom).as("put off once").hasSizeGreaterThan(1).containsOnly(0L);
  }

  private static boolean isAway(IOException why) {
    return why.getCause() instanceof RegistryException cause && cause.isAway();
  }

  @Test
  void anEventOfARegistryThatIsAwayIsNeverPassedOverAndOneOfAnUnknownSchemaWhenNamed()
      throws Exception {
    VmId vm = new VmId("web");
    RecordPlace place = new RecordPlace("ramtide.web.pages", 0, 7);
    try (FakeRegistry registry = FakeRegistry.start()) {
      Properties properties = registry.properties();
      EventCodecs codecs =
          new EventCodecs(properties, (one, other, client) -> new Away(), FakeRegistry.FORGETFUL);
      EventCodec codec = codecs.reader(new VmTopics("ramtide", vm));
      EventIntake strict = intake(follow(vm, codec, SkippedRecords.NONE));
      EventIntake lenient = intake(follow(vm, codec, SkippedRecords.of(List.of(place))));
      PageRecord record = new PageRecord(7, ByteBuffer.wrap(new byte[] {0, 0, 0, 0, 9, 0}));
      assertThat(lenient.take(record, true)).isTrue();
      assertThatIOException()
          .isThrownBy(() -> strict.take(record, true))
          .isNotInstanceOf(RefusedRecordException.class)
          .withCauseInstanceOf(RegistryException.class)
          .withMessageContaining("record offset 7: schema id 9");
      registry.answerNext(503, "");
      assertThatIOException()
          .isThrownBy(() -> lenient.take(record, true))
          .withMessageContaining("record offset 7: no schema registry");
    }
  }

  /** Whoever knows of the manifest was told to pass over it, and has. */
  @Test
  void anUnknownSchemaThatWasPassedOverDoesNotKeepADeviceState() throws Exception {
    VmTopics web = new VmTopics("ramtide", new VmId("web"));
    RecordPlace place = new RecordPlace(web.checkpoints(), 0, 0);
    ScriptedLog log = new ScriptedLog();
    log.startEpoch(40);
    RecordedCheckpoint checkpoint =
        new RecordedCheckpoint(log.manifest(1, true), SmallGuest.epoch(0), 0, 0, 2);
    ByteBuffer state = ScriptedLog.DEVICE_STATE.duplicate();
    MockConsumer<byte[], ByteBuffer> consumer = new MockConsumer<>("none");
    try (FakeRegistry registry = FakeRegistry.start()) {
      EventCodecs codecs =
          new EventCodecs(registry.properties(), (one, other, client) -> new Away());
      byte[] chunk = codecs.writer(web).encode(new DeviceStateChunk(0, 1, 0, state));
      consumer.schedulePollTask(
          () -> {
            add(consumer, web, 0, new byte[] {0, 0, 0, 0, 99, 0});
            add(consumer, web, 1, chunk);
          });
      VmFollow named = follow(web.vm(), codecs.reader(web), SkippedRecords.of(List.of(place)));
      DeviceStateReader reader = new DeviceStateReader(consumer, clock);
      assertThat(reader.read(named, web.checkpoints(), checkpoint))
          .isEqualTo(ScriptedLog.DEVICE_STATE);
    }
  }

  private static void add(
      MockConsumer<byte[], ByteBuffer> consumer, VmTopics vm, long recordOffset, byte[] value) {
    consumer.addRecord(
        new ConsumerRecord<>(
            vm.checkpoints(), 0, recordOffset, new byte[0], ByteBuffer.wrap(value)));
  }

  /** Nothing is applied. */
  @SuppressWarnings("NullAway")
  private static EventIntake intake(VmFollow follow) throws IOException {
    TopicPartition pages = new TopicPartition("ramtide.web.pages", 0);
    return new EventIntake(pages, follow, SmallGuest.epoch(0), null);
  }

  /** With a partition of each VM. */
  private final class Member implements MemberWork {
    /** Kafka's client hands its records out after those of some of the others. */
    private static final VmId GOOD = new VmId("mail");

    private static final int RECORDS = 5;

    private final MockConsumer<byte[], ByteBuffer> consumer = new MockConsumer<>("none");
    private final List<Long> fetchedFrom = new ArrayList<>();
    private final Map<VmId, VmFollow> vms = new ConcurrentHashMap<>();
    private final Map<VmId, IOException> given = new ConcurrentHashMap<>();
    private final Site site = Site.open(directory, new FileGates(clock));
    private final PartitionLoop loop = new PartitionLoop(consumer, this);
    private volatile Optional<IOException> failure = Optional.empty();
    private volatile boolean stopping;
    private long polledNanos;
    private volatile long longestGap;

    Member() throws IOException {
      consumer.schedulePollTask(this::assign);
    }

    private void assign() {
      List<TopicPartition> all = new ArrayList<>();
      for (VmId vm : vms.keySet()) {
        all.add(new TopicPartition(new VmTopics("ramtide", vm).pages(), 0));
      }
      all.forEach(each -> consumer.updateBeginningOffsets(Map.of(each, 0L)));
      consumer.rebalance(all);
      consumer.schedulePollTask(this::polled);
    }

    private void polled() {
      longestGap = Math.max(longestGap, clock.nanoTime() - polledNanos);
      polledNanos = clock.nanoTime();
      consumer.assignment().stream()
          .filter(partition -> !consumer.paused().contains(partition))
          .forEach(this::add);
      consumer.schedulePollTask(this::polled);
    }

    /** Versions of one page. */
    private void addGood(TopicPartition to, long from) {
      if (from < RECORDS) {
        fetchedFrom.add(from);
      }
      for (long at = from; at < RECORDS; at++) {
        byte[] value = new EventCodec().encode(SmallGuest.data(0, 1 + at, 0, 0));
        consumer.addRecord(
            new ConsumerRecord<>(to.topic(), 0, at, new byte[0], ByteBuffer.wrap(value)));
      }
    }

    private void add(TopicPartition to) {
      long next = consumer.position(to);
      if (to.topic().equals(new VmTopics("ramtide", GOOD).pages())) {
        addGood(to, next);
        return;
      }
      consumer.addRecord(
          new ConsumerRecord<>(to.topic(), 0, next, new byte[0], ByteBuffer.allocate(9)));
    }

    @Override
    public VmFilter filter() {
      return new VmFilter("ramtide", List.of());
    }

    @Override
    public Site site() {
      return site;
    }

    @Override
    public Optional<VmFollow> vm(VmId vm) {
      return Optional.ofNullable(vms.get(vm));
    }

    @Override
    public SealDuty.DeviceStates deviceStates() {
      throw new UnsupportedOperationException();
    }

    @Override
    public ImageListener listener() {
      throw new UnsupportedOperationException();
    }

    @Override
    public KeptCopies kept() {
      throw new UnsupportedOperationException();
    }

    @Override
    public boolean isStopping() {
      return stopping;
    }

    @Override
    public void wake() {}

    @Override
    public void failVm(VmFollow vm, IOException reason) {
      given.put(vm.vm(), reason);
      vm.fail(reason, clock.nanoTime());
    }

    @Override
    public void failProcess(IOException reason) {
      failure = Optional.of(reason);
    }
  }
}
