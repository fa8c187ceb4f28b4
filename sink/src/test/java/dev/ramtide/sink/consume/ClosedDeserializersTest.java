package dev.ramtide.sink.consume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ramtide.checkpoint.RecordedCheckpoint;
import dev.ramtide.checkpoint.TopicIds;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.sink.SmallGuest;
import dev.ramtide.sink.seal.ImageListener;
import dev.ramtide.sink.seal.KeptCopies;
import dev.ramtide.sink.state.ControlState;
import dev.ramtide.sink.state.ImagePaths;
import dev.ramtide.sink.state.Site;
import dev.ramtide.wire.EventCodec;
import dev.ramtide.wire.EventCodecs;
import dev.ramtide.wire.RecordSerde;
import dev.ramtide.wire.VmTopics;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A deserializer that is not ours may hold threads and connections; each VM has one. */
class ClosedDeserializersTest {
  private static final VmTopics WEB = new VmTopics("ramtide", new VmId("web"));
  private static final VmTopics DB = new VmTopics("ramtide", new VmId("db"));

  private final Map<String, UUID> topics = new ConcurrentHashMap<>();
  private final List<VmId> closed = new CopyOnWriteArrayList<>();

  /** Of one VM. */
  private final class Deserializer implements RecordSerde {
    private final VmId vm;

    Deserializer(VmId vm) {
      this.vm = vm;
    }

    @Override
    public byte[] serialize(String topic, Object record) {
      throw new UnsupportedOperationException();
    }

    @Override
    public Object deserialize(String topic, byte[] value) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
      closed.add(vm);
    }
  }

  private final class Broker implements ScriptedClients {
    @Override
    public Consumer<byte[], ByteBuffer> reader(String purpose) {
      MockConsumer<byte[], ByteBuffer> consumer = new MockConsumer<>("none");
      for (VmTopics each : List.of(WEB, DB)) {
        TopicPartition partition = new TopicPartition(each.checkpoints(), 0);
        consumer.updateBeginningOffsets(Map.of(partition, 0L));
        consumer.updateEndOffsets(Map.of(partition, 0L));
      }
      return consumer;
    }

    @Override
    public EventCodec codec(VmTopics vm) throws IOException {
      Properties properties = new Properties();
      properties.setProperty("value.deserializer", "com.example.D");
      return new EventCodecs(properties, (one, other, client) -> new Deserializer(vm.vm()))
          .reader(vm);
    }

    @Override
    public Map<String, UUID> topics() {
      return topics;
    }

    @Override
    public TopicIds topicIds(VmTopics vm) {
      return SmallGuest.TOPICS;
    }
  }

  private void create(VmTopics vm) {
    topics.put(vm.pages(), SmallGuest.TOPICS.pages());
    topics.put(vm.checkpoints(), SmallGuest.TOPICS.checkpoints());
  }

  @Test
  void theOneOfAVmThatIsLeftIsClosed() throws Exception {
    create(WEB);
    create(DB);
    ManualClock clock = new ManualClock();
    VmFilter all = new VmFilter("ramtide", List.of());
    try (CheckpointFollower follower = new CheckpointFollower(new Broker(), all, 9, clock)) {
      follower.step(Duration.ZERO);
      topics.keySet().removeAll(List.of(WEB.pages(), WEB.checkpoints()));
      for (int look = 0; look < 3; look++) {
        assertThat(closed).isEmpty();
        clock.sleep(Duration.ofSeconds(2));
        follower.step(Duration.ZERO);
      }
      assertThat(closed).containsExactly(WEB.vm());
    }
  }

  @Test
  @Timeout(60)
  void allAreClosedWhenTheProcessEnds(@TempDir Path directory) throws Exception {
    create(WEB);
    create(DB);
    SinkProcess.Plan plan =
        new SinkProcess.Plan(
            Site.open(directory),
            "ramtide",
            List.of(),
            "group",
            0,
            new Nobody(),
            new KeptCopies(0, (from, to) -> false));
    try (SinkProcess sink = new SinkProcess(plan, new Broker())) {
      sink.start();
      while (sink.followed().size() < 2) {
        Thread.sleep(5);
      }
      assertThat(closed).isEmpty();
    }
    assertThat(closed).containsExactlyInAnyOrder(WEB.vm(), DB.vm());
  }

  private static final class Nobody implements ImageListener {
    @Override
    public void imageIs(ImagePaths paths, ControlState state, RecordedCheckpoint checkpoint) {}
  }
}
