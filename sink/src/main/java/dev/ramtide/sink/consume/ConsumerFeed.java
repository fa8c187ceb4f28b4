package dev.ramtide.sink.consume;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One partition's side of a consumer. */
final class ConsumerFeed implements PartitionFeed {
  private static final Logger LOG = LoggerFactory.getLogger(ConsumerFeed.class);

  private final Consumer<byte[], ByteBuffer> consumer;
  private final TopicPartition partition;

  /**
   * Each turn asks for one or the other, and where the broker leads the group each costs a wait for
   * the client's own thread.
   */
  private boolean paused = true;

  /**
   * @param partition was just assigned, and is paused
   */
  ConsumerFeed(Consumer<byte[], ByteBuffer> consumer, TopicPartition partition) {
    this.consumer = consumer;
    this.partition = partition;
  }

  @Override
  public long beginning() {
    return Objects.requireNonNull(consumer.beginningOffsets(List.of(partition)).get(partition));
  }

  @Override
  public void seek(long recordOffset) {
    consumer.seek(partition, recordOffset);
  }

  @Override
  public void pause() {
    if (!paused) {
      consumer.pause(List.of(partition));
      paused = true;
    }
  }

  @Override
  public void resume() {
    if (paused) {
      consumer.resume(List.of(partition));
      paused = false;
    }
  }

  @Override
  public void commit(long recordOffset) {
    consumer.commitAsync(
        Map.of(partition, new OffsetAndMetadata(recordOffset)), ConsumerFeed::committed);
  }

  /** Left to itself Kafka's client calls each that fails an error, in each rebalance some. */
  private static void committed(
      Map<TopicPartition, OffsetAndMetadata> offsets, @Nullable Exception failure) {
    if (failure != null) {
      LOG.debug("not told to Kafka, the next commit will: {}", offsets, failure);
    }
  }

  @Override
  public TopicPartition partition() {
    return partition;
  }
}
