package dev.ramtide.producer.metrics;

import dev.ramtide.checkpoint.TopicIds;
import dev.ramtide.metrics.Metrics;
import dev.ramtide.producer.publish.AgentClients;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import java.io.IOException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Clients of which the pages producer's own metrics are told too, those of the newest epoch.
 *
 * <p>One owner thread.
 */
public final class MeteredAgentClients implements AgentClients {
  private static final Logger LOG = LoggerFactory.getLogger(MeteredAgentClients.class);

  private final AgentClients clients;
  private final Metrics metrics;
  private @Nullable KafkaClientMetrics told;

  public MeteredAgentClients(AgentClients clients, Metrics metrics) {
    this.clients = clients;
    this.metrics = metrics;
  }

  @Override
  public Producer<byte[], byte[]> pagesProducer() {
    if (told != null) {
      told.close(); // Of a producer that is closed: its series would stay as they were.
    }
    Producer<byte[], byte[]> producer = clients.pagesProducer();
    told = new KafkaClientMetrics(producer);
    try {
      told.bindTo(metrics.registry());
    } catch (RuntimeException e) { // The producer matters more, and would never be closed.
      LOG.atWarn().setCause(e).log("Kafka's client is not watched");
    }
    return producer;
  }

  @Override
  public TopicIds provideTopics() throws IOException {
    return clients.provideTopics();
  }

  @Override
  public long[] pagesEndRecordOffsets() throws IOException {
    return clients.pagesEndRecordOffsets();
  }

  @Override
  public Producer<byte[], byte[]> checkpointsProducer() {
    return clients.checkpointsProducer();
  }

  @Override
  public Consumer<byte[], byte[]> checkpointsConsumer() {
    return clients.checkpointsConsumer();
  }
}
