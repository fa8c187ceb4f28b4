package dev.ramtide.sink.consume;

import dev.ramtide.checkpoint.TopicIds;
import dev.ramtide.wire.VmTopics;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;

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

  /** What a sink asks of the cluster besides records. */
  interface Cluster extends Closeable {
    Set<String> topicNames() throws IOException, InterruptedException;

    /** Kafka's ids of a VM's topics as they are now. */
    TopicIds topicIds(VmTopics topics) throws IOException, InterruptedException;

    @Override
    void close();
  }
}
