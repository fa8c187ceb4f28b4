package dev.ramtide.producer.metrics;

import dev.ramtide.checkpoint.TopicIds;
import dev.ramtide.metrics.Metrics;
import dev.ramtide.producer.publish.AgentClients;
import dev.ramtide.wire.EventCodec;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Clients whose own metrics are told too, those of the newest epoch. The admin client that each
 * claim has is there for a moment only, and not told.
 *
 * <p>One owner thread.
 */
public final class MeteredAgentClients implements AgentClients {
  private static final Logger LOG = LoggerFactory.getLogger(MeteredAgentClients.class);

  private final AgentClients clients;
  private final Metrics metrics;
  private final Map<String, KafkaClientMetrics> told = new HashMap<>();

  public MeteredAgentClients(AgentClients clients, Metrics metrics) {
    this.clients = clients;
    this.metrics = metrics;
  }

  /**
   * @param what the client is for: the one before it is closed, its series would stay as they were
   */
  private void tell(String what, KafkaClientMetrics client) {
    try {
      client.bindTo(metrics.registry());
    } catch (RuntimeException e) { // The client matters more, and would never be closed.
      LOG.atWarn().setCause(e).log("a client of Kafka's is not watched");
    }
    told.put(what, client);
  }

  private void forget(String what) {
    KafkaClientMetrics over = told.remove(what);
    if (over != null) {
      over.close();
    }
  }

  @Override
  public Producer<byte[], byte[]> pagesProducer() {
    forget("pages");
    Producer<byte[], byte[]> producer = clients.pagesProducer();
    tell("pages", new KafkaClientMetrics(producer));
    return producer;
  }

  @Override
  public Producer<byte[], byte[]> checkpointsProducer() {
    forget("checkpoints");
    Producer<byte[], byte[]> producer = clients.checkpointsProducer();
    tell("checkpoints", new KafkaClientMetrics(producer));
    return producer;
  }

  @Override
  public Consumer<byte[], byte[]> checkpointsConsumer() {
    forget("reader");
    Consumer<byte[], byte[]> consumer = clients.checkpointsConsumer();
    tell("reader", new KafkaClientMetrics(consumer));
    return consumer;
  }

  @Override
  public TopicIds provideTopics() throws IOException {
    return clients.provideTopics();
  }

  @Override
  public EventCodec codec() throws IOException {
    return clients.codec();
  }

  @Override
  public long[] pagesEndRecordOffsets() throws IOException {
    return clients.pagesEndRecordOffsets();
  }

  @Override
  public void close() {
    clients.close();
  }
}
