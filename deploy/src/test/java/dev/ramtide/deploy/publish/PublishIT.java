package dev.ramtide.deploy.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.ramtide.checkpoint.CheckpointFailed;
import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.checkpoint.CheckpointRecord;
import dev.ramtide.checkpoint.DeviceStateChunk;
import dev.ramtide.checkpoint.EpochClaimed;
import dev.ramtide.checkpoint.EpochStarted;
import dev.ramtide.checkpoint.PartitionCut;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.deploy.embedded.EmbeddedBroker;
import dev.ramtide.producer.capture.CaptureSession;
import dev.ramtide.producer.capture.SessionOptions;
import dev.ramtide.producer.publish.EpochLog;
import dev.ramtide.producer.publish.FencedException;
import dev.ramtide.producer.publish.KafkaVmLog;
import dev.ramtide.producer.publish.LogSettings;
import dev.ramtide.wire.EventCodec;
import dev.ramtide.wire.VmTopics;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the agent writes, and what it refuses to write, with a real broker. */
@Timeout(180)
class PublishIT {
  private static final int PARTITIONS = 3;

  @TempDir private static Path directory;
  private static EmbeddedBroker broker;

  @BeforeAll
  static void startBroker() throws IOException {
    broker = EmbeddedBroker.start(directory.resolve("shared"), 0);
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  @Test
  void whatIsInTheLogIsTheGuest() throws Exception {
    VmTopics topics = topics("whole");
    SmallGuest guest = new SmallGuest(1000);
    byte[] replayed = new byte[1000 * SmallGuest.PAGE];
    try (CaptureSession session = session(topics, PARTITIONS);
        VmLogReader log = new VmLogReader(broker.bootstrapServers(), topics)) {
      guest.fillWithNoise();
      for (int checkpoint = 1; checkpoint <= 4; checkpoint++) {
        CheckpointManifest manifest = session.capture(guest);
        for (int partition = 0; partition < PARTITIONS; partition++) {
          PartitionCut cut = manifest.partitions().get(partition);
          SmallGuest.apply(log.events(partition, cut), replayed);
        }
        assertThat(replayed).isEqualTo(guest.memory());
        assertThat(manifest.counts().published())
            .isEqualTo(checkpoint == 1 ? 1000 : changedPages(manifest));
        assertThat(log.history().newest().orElseThrow().manifest()).isEqualTo(withMillis(manifest));
        guest.run(5);
      }
    }
  }

  private static long changedPages(CheckpointManifest manifest) {
    assertThat(manifest.counts().published()).isBetween(1L, 5L);
    return manifest.counts().published();
  }

  /** The log keeps times in milliseconds. */
  private static CheckpointManifest withMillis(CheckpointManifest manifest) throws IOException {
    EventCodec codec = new EventCodec();
    return (CheckpointManifest) codec.decodeCheckpoint(ByteBuffer.wrap(codec.encode(manifest)));
  }

  @Test
  void theCheckpointsTopicTellsTheHistoryInOrder() throws Exception {
    VmTopics topics = topics("history");
    SmallGuest guest = new SmallGuest(10);
    try (CaptureSession session = session(topics, PARTITIONS)) {
      session.capture(guest);
      session.capture(guest);
    }
    try (VmLogReader log = new VmLogReader(broker.bootstrapServers(), topics)) {
      List<CheckpointRecord> records = log.checkpointRecords();
      assertThat(records)
          .extracting(Object::getClass)
          .containsExactly(
              EpochClaimed.class,
              EpochStarted.class,
              DeviceStateChunk.class,
              DeviceStateChunk.class,
              CheckpointManifest.class,
              DeviceStateChunk.class,
              DeviceStateChunk.class,
              CheckpointManifest.class);
      assertThat(((EpochStarted) records.get(1)).epoch()).isZero();
    }
  }

  @Test
  void aSecondAgentTakesOverAndTheFirstOneLearnsIt() throws Exception {
    VmTopics topics = topics("taken");
    SmallGuest guest = new SmallGuest(10);
    try (CaptureSession first = session(topics, PARTITIONS);
        CaptureSession second = session(topics, PARTITIONS)) {
      assertThat(first.capture(guest).checkpoint()).isEqualTo(1);
      assertThat(second.capture(guest).checkpoint()).isEqualTo(2);
      assertThatExceptionOfType(FencedException.class)
          .isThrownBy(() -> first.capture(guest))
          .withMessageContaining(
              "another agent took over VM taken: the one on host-of-test claimed epoch 5");
      assertThat(second.capture(guest).checkpoint()).isEqualTo(3);
    }
  }

  @Test
  void aManifestAfterAnotherAgentsClaimDoesNotCount() throws Exception {
    VmTopics topics = topics("raced");
    SmallGuest guest = new SmallGuest(10);
    try (CaptureSession first = session(topics, PARTITIONS);
        VmLogReader log = new VmLogReader(broker.bootstrapServers(), topics)) {
      first.capture(guest);
      guest.inTheMiddle(() -> vmLog(topics, PARTITIONS).claim().close());
      assertThatExceptionOfType(FencedException.class).isThrownBy(() -> first.capture(guest));
      assertThat(log.history().newest().orElseThrow().number()).isEqualTo(1);
    }
    try (EpochLog next = vmLog(topics, PARTITIONS).claim()) {
      assertThat(next.begin()).isEqualTo(2);
    }
  }

  @Test
  void aCaptureThatBreaksOffIsToldInTheLog() throws Exception {
    VmTopics topics = topics("broken");
    SmallGuest guest = new SmallGuest(10);
    guest.inTheMiddle(
        () -> {
          throw new IOException("the stream ended");
        });
    try (CaptureSession session = session(topics, PARTITIONS);
        VmLogReader log = new VmLogReader(broker.bootstrapServers(), topics)) {
      assertThatIOException()
          .isThrownBy(() -> session.capture(guest))
          .withMessage("the stream ended");
      assertThat(log.checkpointRecords())
          .last()
          .isInstanceOfSatisfying(
              CheckpointFailed.class,
              failed -> assertThat(failed.reason()).isEqualTo("the stream ended"));
      guest.inTheMiddle(() -> {});
      CheckpointManifest manifest = session.capture(guest);
      assertThat(manifest.checkpoint()).isEqualTo(1);
      assertThat(manifest.keyframe()).isTrue();
    }
  }

  @Test
  void anotherPartitionCountIsRefusedWithTheRightOne() throws Exception {
    VmTopics topics = topics("counted");
    vmLog(topics, PARTITIONS).claim().close();
    assertThatIOException()
        .isThrownBy(() -> vmLog(topics, 5).claim())
        .withMessageContaining("ramtide.counted.pages has 3 partitions, not 5")
        .withMessageContaining("--partitions 3");
  }

  @Test
  void aTopicThatForgetsIsRefusedWithACommandThatRepairsIt() throws Exception {
    VmTopics topics = topics("forgetful");
    vmLog(topics, PARTITIONS).claim().close();
    setConfig(topics.pages(), "retention.ms", "1000");
    assertThatIOException()
        .isThrownBy(() -> vmLog(topics, PARTITIONS).claim())
        .withMessageContaining("retention.ms=1000, must be -1")
        .withMessageContaining("kafka-configs.sh --bootstrap-server " + broker.bootstrapServers())
        .withMessageContaining("--add-config retention.ms=-1");
    setConfig(topics.pages(), "retention.ms", "-1");
    setConfig(topics.checkpoints(), "cleanup.policy", "compact");
    assertThatIOException()
        .isThrownBy(() -> vmLog(topics, PARTITIONS).claim())
        .withMessageContaining("ramtide.forgetful.checkpoints has cleanup.policy=compact");
  }

  @Test
  void oneTopicDeletedWithoutTheOtherIsRefused() throws Exception {
    VmTopics topics = topics("halved");
    try (CaptureSession session = session(topics, PARTITIONS)) {
      session.capture(new SmallGuest(10));
    }
    try (Admin admin = admin()) {
      admin.deleteTopics(List.of(topics.checkpoints())).all().get();
    }
    assertThatIOException()
        .isThrownBy(() -> vmLog(topics, PARTITIONS).claim())
        .withMessageContaining(
            "ramtide.halved.checkpoints is missing but ramtide.halved.pages holds records");
  }

  @Test
  void aTopicThatTheOperatorMadeIsUsed() throws Exception {
    VmTopics topics = topics("prepared");
    try (Admin admin = admin()) {
      NewTopic pages =
          new NewTopic(topics.pages(), PARTITIONS, (short) 1).configs(VmTopics.pagesConfig());
      admin.createTopics(List.of(pages)).all().get();
    }
    try (CaptureSession session = session(topics, PARTITIONS)) {
      assertThat(session.capture(new SmallGuest(10)).checkpoint()).isEqualTo(1);
    }
  }

  @Test
  void aBrokerThatDiesIsNamedAndTheNextRunWorks() throws Exception {
    Path data = directory.resolve("mortal");
    SmallGuest guest = new SmallGuest(3000);
    guest.fillWithNoise();
    VmTopics topics = topics("orphan");
    int port;
    try (EmbeddedBroker mortal = EmbeddedBroker.start(data, 0);
        CaptureSession session = session(mortal.bootstrapServers(), topics, PARTITIONS)) {
      port = Integer.parseInt(mortal.bootstrapServers().replaceAll(".*:", ""));
      assertThat(session.capture(guest).checkpoint()).isEqualTo(1);
      guest.fillWithNoise();
      guest.inTheMiddle(mortal::close);
      assertThatIOException()
          .isThrownBy(() -> session.capture(guest))
          .withMessageContaining(mortal.bootstrapServers())
          .withMessageContaining("Check that the broker runs");
    }
    guest.inTheMiddle(() -> {});
    try (EmbeddedBroker again = EmbeddedBroker.start(data, port);
        CaptureSession session = session(again.bootstrapServers(), topics, PARTITIONS)) {
      CheckpointManifest manifest = session.capture(guest);
      assertThat(manifest.checkpoint()).isEqualTo(2);
      assertThat(manifest.keyframe()).isTrue();
    }
  }

  private static VmTopics topics(String vm) {
    return new VmTopics("ramtide", new VmId(vm));
  }

  private static CaptureSession session(VmTopics topics, int partitions) {
    return session(broker.bootstrapServers(), topics, partitions);
  }

  private static CaptureSession session(String servers, VmTopics topics, int partitions) {
    SessionOptions options = new SessionOptions(16, partitions, 65536, 0, "");
    return new CaptureSession(vmLog(servers, topics, partitions), options, Clock.systemUTC());
  }

  private static KafkaVmLog vmLog(VmTopics topics, int partitions) {
    return vmLog(broker.bootstrapServers(), topics, partitions);
  }

  private static KafkaVmLog vmLog(String servers, VmTopics topics, int partitions) {
    Properties client = new Properties();
    client.setProperty("bootstrap.servers", servers);
    // A test need not wait as long as an operator wants to.
    client.setProperty("delivery.timeout.ms", "5000");
    client.setProperty("request.timeout.ms", "3000");
    client.setProperty("max.block.ms", "5000");
    LogSettings settings =
        new LogSettings(client, topics, partitions, OptionalInt.of(1), 65536, "host-of-test");
    return new KafkaVmLog(settings, Clock.systemUTC());
  }

  private static Admin admin() {
    return Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
  }

  private static void setConfig(String topic, String name, String value) throws Exception {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    AlterConfigOp set = new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET);
    try (Admin admin = admin()) {
      admin.incrementalAlterConfigs(Map.of(resource, List.of(set))).all().get();
    }
  }
}
