package dev.ramtide.sink.consume;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetCommitCallback;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ConsumerFeedTest {
  private static final TopicPartition PARTITION = new TopicPartition("ramtide.vm.pages", 3);

  /** Keeps what is to be called when a commit was answered. */
  private static final class Committing extends MockConsumer<byte[], ByteBuffer> {
    private Optional<OffsetCommitCallback> callback = Optional.empty();
    private Map<TopicPartition, OffsetAndMetadata> offsets = Map.of();

    Committing() {
      super("none");
    }

    @Override
    public synchronized void commitAsync(
        Map<TopicPartition, OffsetAndMetadata> given, @Nullable OffsetCommitCallback answered) {
      offsets = given;
      callback = Optional.ofNullable(answered);
    }
  }

  /** Where there is nobody to call Kafka's client says it itself, and as an error. */
  @Test
  void aCommitThatFailsIsNoErrorToAnOperator() {
    Committing consumer = new Committing();
    new ConsumerFeed(consumer, PARTITION).commit(7);

    assertThat(consumer.offsets).containsExactly(Map.entry(PARTITION, new OffsetAndMetadata(7)));
    assertThat(consumer.callback).isPresent();
    consumer.callback.get().onComplete(consumer.offsets, new IllegalStateException("rebalance"));
  }

  /** Each is a wait for the client's own thread where the broker leads the group. */
  @Test
  void theClientIsToldOfAPauseOrItsEndOnlyOnce() {
    List<String> told = new ArrayList<>();
    MockConsumer<byte[], ByteBuffer> consumer =
        new MockConsumer<>("none") {
          @Override
          public synchronized void pause(Collection<TopicPartition> partitions) {
            told.add("pause " + partitions);
          }

          @Override
          public synchronized void resume(Collection<TopicPartition> partitions) {
            told.add("resume " + partitions);
          }
        };
    ConsumerFeed feed = new ConsumerFeed(consumer, PARTITION);
    feed.pause(); // As it was assigned.
    feed.resume();
    feed.resume();
    feed.pause();
    feed.pause();
    assertThat(told).containsExactly("resume [ramtide.vm.pages-3]", "pause [ramtide.vm.pages-3]");
  }
}
