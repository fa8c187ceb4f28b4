package dev.ramtide.deploy.embedded;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Time;

/** As {@link EmbeddedBroker}, but its operator lets nobody delete a topic. */
public final class KeepingBroker implements AutoCloseable {
  private final KafkaRaftServer server;
  private final int port;

  private KeepingBroker(KafkaRaftServer server, int port) {
    this.server = server;
    this.port = port;
  }

  public static KeepingBroker start(Path dataDirectory) throws IOException {
    BrokerSettings settings =
        BrokerSettings.ofOne(dataDirectory.toAbsolutePath(), FreePort.find(), FreePort.find());
    LogDirectory.formatIfNew(settings);
    Map<String, String> all = settings.asMap();
    all.put("delete.topic.enable", "false");
    KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(all, false), Time.SYSTEM);
    server.startup();
    return new KeepingBroker(server, settings.brokerPort());
  }

  public String bootstrapServers() {
    return BrokerSettings.HOST + ":" + port;
  }

  @Override
  public void close() {
    server.shutdown();
    server.awaitShutdown();
  }
}
