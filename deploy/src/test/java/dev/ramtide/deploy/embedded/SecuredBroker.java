package dev.ramtide.deploy.embedded;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Time;

/**
 * As {@link EmbeddedBroker}, but nobody gets in without TLS and a name, and nobody does anything
 * that was not granted to that name. Three doors:
 *
 * <pre>
 *   SCRAM       TLS, and a password
 *   MTLS        TLS, and a client certificate; also the broker's own way
 *   ELSEWHERE   as SCRAM, with a certificate for another host
 * </pre>
 *
 * {@code CN=admin} and {@code CN=broker} may do anything.
 */
public final class SecuredBroker implements AutoCloseable {
  private final KafkaRaftServer server;
  private final Map<Door, Integer> ports;

  /** Where clients connect to. */
  public enum Door {
    SCRAM,
    MTLS,
    ELSEWHERE
  }

  /**
   * What the broker shows and trusts: PKCS12 files with one password.
   *
   * @param elsewhere a certificate for another host
   */
  public record Stores(Path own, Path elsewhere, Path trusted, String password) {}

  private SecuredBroker(KafkaRaftServer server, Map<Door, Integer> ports) {
    this.server = server;
    this.ports = ports;
  }

  public static SecuredBroker start(Path dataDirectory, Stores stores) throws IOException {
    Map<Door, Integer> ports = new HashMap<>();
    for (Door door : Door.values()) {
      ports.put(door, FreePort.find());
    }
    BrokerSettings settings =
        BrokerSettings.ofOne(
            dataDirectory.toAbsolutePath(), ports.get(Door.SCRAM), FreePort.find());
    LogDirectory.formatIfNew(settings);
    Map<String, String> all = settings.asMap();
    listen(all, ports);
    identify(all, stores);
    all.put("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
    all.put("super.users", "User:broker;User:admin");
    KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(all, false), Time.SYSTEM);
    server.startup();
    return new SecuredBroker(server, ports);
  }

  private static void listen(Map<String, String> all, Map<Door, Integer> ports) {
    StringBuilder advertised = new StringBuilder();
    ports.forEach(
        (door, port) -> advertised.append(door + "://" + BrokerSettings.HOST + ":" + port + ","));
    String doors = advertised.substring(0, advertised.length() - 1);
    String controller = all.get("listeners").replaceAll(".*,(CONTROLLER:)", "$1");
    all.put("listeners", doors + "," + controller);
    all.put("advertised.listeners", doors);
    all.put("inter.broker.listener.name", Door.MTLS.name());
    all.put(
        "listener.security.protocol.map",
        "SCRAM:SASL_SSL,MTLS:SSL,ELSEWHERE:SASL_SSL,CONTROLLER:SSL");
  }

  private static void identify(Map<String, String> all, Stores stores) {
    all.put("ssl.keystore.type", "PKCS12");
    all.put("ssl.keystore.location", stores.own().toString());
    all.put("ssl.keystore.password", stores.password());
    all.put("ssl.truststore.type", "PKCS12");
    all.put("ssl.truststore.location", stores.trusted().toString());
    all.put("ssl.truststore.password", stores.password());
    all.put("ssl.principal.mapping.rules", "RULE:^CN=([^,]+).*$/$1/");
    all.put("listener.name.mtls.ssl.client.auth", "required");
    all.put("listener.name.controller.ssl.client.auth", "required");
    all.put("listener.name.elsewhere.ssl.keystore.type", "PKCS12");
    all.put("listener.name.elsewhere.ssl.keystore.location", stores.elsewhere().toString());
    all.put("listener.name.elsewhere.ssl.keystore.password", stores.password());
    all.put("sasl.enabled.mechanisms", "SCRAM-SHA-512");
    for (String door : new String[] {"scram", "elsewhere"}) {
      all.put(
          "listener.name." + door + ".scram-sha-512.sasl.jaas.config",
          "org.apache.kafka.common.security.scram.ScramLoginModule required;");
    }
  }

  public String bootstrapServers(Door door) {
    return BrokerSettings.HOST + ":" + ports.get(door);
  }

  @Override
  public void close() {
    server.shutdown();
    server.awaitShutdown();
  }
}
