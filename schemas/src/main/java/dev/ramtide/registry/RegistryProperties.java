package dev.ramtide.registry;

import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;

/**
 * The client properties that are for a registry or a serializer and not for Kafka's clients.
 *
 * <p>The names are Confluent's. Each may also stand with {@code schema.registry.} before it, which
 * has precedence, as with Confluent's own clients.
 */
public final class RegistryProperties {
  public static final String VALUE_SERIALIZER = "value.serializer";
  public static final String VALUE_DESERIALIZER = "value.deserializer";

  static final String PREFIX = "schema.registry.";
  static final String URL = "schema.registry.url";
  static final String AUTO_REGISTER = "auto.register.schemas";
  static final String NORMALIZE = "normalize.schemas";
  static final String SUBJECTS = "value.subject.name.strategy";
  static final String CREDENTIALS_SOURCE = "basic.auth.credentials.source";
  static final String USER_INFO = "basic.auth.user.info";
  static final String CONNECT_TIMEOUT = "http.connect.timeout.ms";
  static final String READ_TIMEOUT = "http.read.timeout.ms";
  static final String RETRIES = "max.retries";
  static final String RETRY_WAIT = "retries.wait.ms";

  /** Of a setting that is asked for and that this client cannot do. */
  static final String BEARER = "bearer.auth.credentials.source";

  private static final Set<String> OURS =
      Set.of(
          VALUE_SERIALIZER,
          VALUE_DESERIALIZER,
          AUTO_REGISTER,
          NORMALIZE,
          SUBJECTS,
          CREDENTIALS_SOURCE,
          USER_INFO,
          CONNECT_TIMEOUT,
          READ_TIMEOUT,
          RETRIES,
          RETRY_WAIT,
          BEARER);

  /**
   * Short, and one try: a sink has other VMs to read for meanwhile, or a group that misses it, and
   * asks again anyway.
   */
  private static final Map<String, String> OF_SINKS =
      Map.of(
          CONNECT_TIMEOUT, "2000",
          READ_TIMEOUT, "5000",
          RETRIES, "0",
          RETRY_WAIT, "3000");

  private RegistryProperties() {}

  /** All of them, also with the prefix. */
  public static Set<String> names() {
    Set<String> names = new TreeSet<>(OURS);
    OURS.forEach(name -> names.add(PREFIX + name));
    names.add(URL);
    return names;
  }

  /** A copy in which what the operator leaves open is set as is right for a sink. */
  public static Properties forSink(Properties client) {
    Properties sinks = new Properties();
    client.stringPropertyNames().forEach(name -> sinks.setProperty(name, client.getProperty(name)));
    OF_SINKS.forEach(
        (name, value) -> {
          if (find(client, name).isEmpty()) {
            sinks.setProperty(name, value);
          }
        });
    return sinks;
  }

  /** A copy without them: Kafka's clients warn of what they do not know. */
  public static Properties forKafka(Properties client) {
    Properties kafkas = new Properties();
    client.stringPropertyNames().stream()
        .filter(name -> !name.startsWith(PREFIX) && !OURS.contains(name))
        .forEach(name -> kafkas.setProperty(name, client.getProperty(name)));
    return kafkas;
  }

  /** A property that is there and not empty. */
  static Optional<String> find(Properties client, String name) {
    String prefixed = name.startsWith(PREFIX) ? name : PREFIX + name;
    return Optional.ofNullable(client.getProperty(prefixed, client.getProperty(name)))
        .map(String::strip)
        .filter(value -> !value.isEmpty());
  }
}
