package dev.ramtide.sink.consume;

import dev.ramtide.checkpoint.PartitionCut;
import dev.ramtide.checkpoint.RecordPlace;
import dev.ramtide.checkpoint.RecordedCheckpoint;
import dev.ramtide.wire.VmTopics;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Whether the log has all that a manifest covers. An agent writes it last of all, so one that
 * covers more was written by somebody else, or the log has lost its end; an image that waited for
 * the rest would wait for ever.
 *
 * <p>Thread-safe: one question at a time.
 */
final class LogEnds implements Closeable {
  private final Consumer<byte[], ByteBuffer> consumer;

  LogEnds(Consumer<byte[], ByteBuffer> consumer) {
    this.consumer = consumer;
  }

  /**
   * @throws IOException the checkpoint ends beyond the log
   */
  synchronized void requireReached(VmTopics topics, RecordedCheckpoint checkpoint)
      throws IOException {
    List<PartitionCut> cuts = checkpoint.manifest().partitions();
    List<TopicPartition> partitions = new ArrayList<>();
    for (int partition = 0; partition < cuts.size(); partition++) {
      partitions.add(new TopicPartition(topics.pages(), partition));
    }
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    for (TopicPartition partition : partitions) {
      long covered = cuts.get(partition.partition()).endRecordOffset();
      long end = ends.getOrDefault(partition, 0L);
      if (covered > end) {
        RecordPlace manifest =
            new RecordPlace(topics.checkpoints(), 0, checkpoint.manifestRecordOffset());
        throw new IOException(
            "%s: checkpoint %d covers %s up to record offset %d of partition %d, which ends at %d: somebody other than"
                    .formatted(
                        manifest.inWords(),
                        checkpoint.number(),
                        topics.pages(),
                        covered,
                        partition.partition(),
                        end)
                + " the agent wrote this manifest, or the log has lost its end. The image stays as it is until"
                + " there is a later checkpoint");
      }
    }
  }

  @Override
  public synchronized void close() {
    SinkClients.close(consumer);
  }
}
