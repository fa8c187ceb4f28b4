package dev.ramtide.sink.consume;

import dev.ramtide.checkpoint.SkippedRecords;
import dev.ramtide.checkpoint.TopicIds;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.wire.VmTopics;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/**
 * The door between a sink and Kafka. Whoever takes a client closes it.
 *
 * <p>Thread-safe; the clients are not.
 */
public interface SinkClients {
  /** A member of a consumer group, which neither commits by itself nor resets an offset. */
  Consumer<byte[], ByteBuffer> member(String group);

  /** A consumer that is told what to read. */
  Consumer<byte[], ByteBuffer> reader();

  Cluster cluster();

  /** What of the log is passed over when it is refused. */
  SkippedRecords skipped();

  /** Where the clients connect to, for messages. */
  String bootstrapServers();

  /** What a sink asks of the cluster besides records. */
  interface Cluster extends Closeable {
    Set<String> topicNames() throws IOException, InterruptedException;

    /** Kafka's ids of a VM's topics as they are now. */
    TopicIds topicIds(VmTopics topics) throws IOException, InterruptedException;

    /** The oldest record that each partition still has. */
    Map<TopicPartition, Long> beginnings(Set<TopicPartition> partitions)
        throws IOException, InterruptedException;

    /**
     * Returns when everything before these record offsets is gone.
     *
     * @param vm for messages
     */
    void deleteBefore(Map<TopicPartition, Long> recordOffsets, VmId vm)
        throws IOException, InterruptedException;

    @Override
    void close();
  }
}
