package dev.ramtide.sink.metrics;

import dev.ramtide.checkpoint.SkippedRecords;
import dev.ramtide.encryption.ReaderKeys;
import dev.ramtide.metrics.Metrics;
import dev.ramtide.sink.consume.SinkClients;
import dev.ramtide.wire.EventCodec;
import dev.ramtide.wire.VmTopics;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.kafka.clients.consumer.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Clients whose own metrics are told too. They live as long as the process, so nothing is unbound.
 */
public record MeteredClients(SinkClients clients, Metrics metrics) implements SinkClients {
  private static final Logger LOG = LoggerFactory.getLogger(MeteredClients.class);

  private void tell(KafkaClientMetrics client) {
    try {
      client.bindTo(metrics.registry());
    } catch (RuntimeException e) { // The client matters more, and would never be closed.
      LOG.atWarn().setCause(e).log("a client of Kafka's is not watched");
    }
  }

  private Consumer<byte[], ByteBuffer> told(Consumer<byte[], ByteBuffer> consumer) {
    tell(new KafkaClientMetrics(consumer));
    return consumer;
  }

  @Override
  public Consumer<byte[], ByteBuffer> member(String group, String purpose) {
    return told(clients.member(group, purpose));
  }

  @Override
  public Consumer<byte[], ByteBuffer> reader(String purpose) {
    return told(clients.reader(purpose));
  }

  @Override
  public Consumer<byte[], ByteBuffer> seekingReader(String purpose) {
    return told(clients.seekingReader(purpose));
  }

  @Override
  public Cluster cluster(String purpose) {
    Cluster cluster = clients.cluster(purpose);
    cluster.client().ifPresent(client -> tell(new KafkaClientMetrics(client)));
    return cluster;
  }

  @Override
  public EventCodec codec(VmTopics topics) throws IOException {
    return clients.codec(topics);
  }

  @Override
  public SkippedRecords skipped() {
    return clients.skipped();
  }

  @Override
  public ReaderKeys keys() {
    return clients.keys();
  }

  @Override
  public String bootstrapServers() {
    return clients.bootstrapServers();
  }
}
