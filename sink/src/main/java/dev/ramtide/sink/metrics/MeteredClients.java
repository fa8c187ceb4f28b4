package dev.ramtide.sink.metrics;

import dev.ramtide.checkpoint.SkippedRecords;
import dev.ramtide.metrics.Metrics;
import dev.ramtide.sink.consume.SinkClients;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import java.nio.ByteBuffer;
import org.apache.kafka.clients.consumer.Consumer;

/**
 * Clients of which the members' own metrics are told too. They live as long as the process, so
 * nothing is unbound.
 */
public record MeteredClients(SinkClients clients, Metrics metrics) implements SinkClients {
  @Override
  public Consumer<byte[], ByteBuffer> member(String group) {
    Consumer<byte[], ByteBuffer> member = clients.member(group);
    new KafkaClientMetrics(member).bindTo(metrics.registry());
    return member;
  }

  @Override
  public Consumer<byte[], ByteBuffer> reader() {
    return clients.reader();
  }

  @Override
  public Consumer<byte[], ByteBuffer> seekingReader() {
    return clients.seekingReader();
  }

  @Override
  public Cluster cluster() {
    return clients.cluster();
  }

  @Override
  public SkippedRecords skipped() {
    return clients.skipped();
  }

  @Override
  public String bootstrapServers() {
    return clients.bootstrapServers();
  }
}
