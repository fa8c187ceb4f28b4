package dev.ramtide.deploy.bench;

import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.checkpoint.PartitionCut;
import dev.ramtide.sink.consume.ConsumerSettings;
import dev.ramtide.sink.consume.SinkClients;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** Kafka's consumer by itself: polls a checkpoint's records and drops them. One owner thread. */
final class PlainConsumer implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(50);
  private static final long PATIENCE_NANOS = Duration.ofSeconds(60).toNanos();

  private final Consumer<byte[], ByteBuffer> consumer;
  private final List<TopicPartition> partitions;

  /**
   * @param settings those of the sink
   */
  PlainConsumer(ConsumerSettings settings, String topic, int partitionCount) {
    this.consumer = settings.reader("bench");
    this.partitions =
        IntStream.range(0, partitionCount)
            .mapToObj(partition -> new TopicPartition(topic, partition))
            .toList();
    consumer.assign(partitions);
  }

  /** Polls all pages of a checkpoint; returns how many seconds it took. */
  double poll(CheckpointManifest manifest) throws IOException {
    long expected = 0;
    for (TopicPartition partition : partitions) {
      PartitionCut cut = manifest.partitions().get(partition.partition());
      consumer.seek(partition, cut.startRecordOffset());
      expected += cut.endRecordOffset() - cut.startRecordOffset();
    }
    long start = System.nanoTime();
    for (long records = 0; records < expected; ) {
      for (ConsumerRecord<byte[], ByteBuffer> record : consumer.poll(POLL)) {
        records += record.value().hasRemaining() ? 1 : 0;
      }
      if (System.nanoTime() - start > PATIENCE_NANOS) {
        throw new IOException("the plain consumer got " + records + " records of " + expected);
      }
    }
    return (System.nanoTime() - start) / 1e9;
  }

  @Override
  public void close() {
    SinkClients.close(consumer);
  }
}
