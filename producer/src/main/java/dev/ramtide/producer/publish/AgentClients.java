package dev.ramtide.producer.publish;

import dev.ramtide.checkpoint.TopicIds;
import dev.ramtide.configuration.ClientPlan;
import dev.ramtide.wire.EventCodec;
import java.io.IOException;
import java.util.List;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;

/**
 * The door between an agent and Kafka: the clients of one VM's log. Whoever takes a client closes
 * it.
 *
 * <p>One owner thread.
 */
public interface AgentClients extends AutoCloseable {
  /** Kafka's own. */
  static AgentClients kafka(LogSettings settings) {
    return new ClientProperties(settings);
  }

  /** What these are given, to be shown. */
  static List<ClientPlan> plans(LogSettings settings) {
    return ClientProperties.plans(settings);
  }

  /**
   * Sees to it that both topics exist and are as they must be.
   *
   * @throws IOException they are not, and nothing was changed
   */
  TopicIds provideTopics() throws IOException;

  /** Where each partition of the pages topic ends now. */
  long[] pagesEndRecordOffsets() throws IOException;

  /** Large events, as fast as they come. */
  Producer<byte[], byte[]> pagesProducer();

  Producer<byte[], byte[]> checkpointsProducer();

  /**
   * How the values of both topics are written and read: the same each time.
   *
   * @throws IOException a schema registry does not answer, or refuses our schemas
   */
  default EventCodec codec() throws IOException {
    return new EventCodec();
  }

  /** Begins where the topic does, if it is told nothing else. */
  Consumer<byte[], byte[]> checkpointsConsumer();

  /** Lets go of what all clients share, such as a serializer that is not ours. */
  @Override
  default void close() {}
}
