package dev.ramtide.configuration;

import dev.ramtide.registry.RegistryProperties;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;

/**
 * The keys of Kafka's clients, as Kafka itself knows them. A client passes keys on that it does not
 * know, to serializers, interceptors, a schema registry; so only what is nearly a key of its own is
 * taken for a mistake.
 */
public final class KafkaKeys {
  /** In front of a key that is for all clients, where a bare key would be an option. */
  static final String ALL = "clients.";

  private static final String MASK = "********";
  private static final Pattern USER_IN_URL = Pattern.compile("//[^/@,\\s]+@");
  private static final String SERVERS = "bootstrap.servers";
  private static final Map<String, ConfigDef> CLIENTS = clients();
  private static final Set<String> SECRETS = Set.of("ssl.keystore.key");
  private static final Pattern SECRET_VALUE =
      Pattern.compile("password\\s*=|LoginModule|-----BEGIN", Pattern.CASE_INSENSITIVE);

  private KafkaKeys() {}

  private static Map<String, ConfigDef> clients() {
    Map<String, ConfigDef> clients = new LinkedHashMap<>();
    clients.put("producer.", ProducerConfig.configDef());
    clients.put("consumer.", ConsumerConfig.configDef());
    clients.put("admin.", AdminClientConfig.configDef());
    return clients;
  }

  /** {@code clients.}, {@code producer.}, {@code consumer.}, {@code admin.}, or nothing. */
  static Optional<String> prefixOf(String key) {
    return prefixes().filter(key::startsWith).findFirst();
  }

  static Stream<String> prefixes() {
    return Stream.concat(Stream.of(ALL), CLIENTS.keySet().stream());
  }

  /**
   * @param setting of a bare key, or one with a prefix
   * @throws ConfigurationException it is none of the client's that it names
   */
  static void check(Setting setting) throws ConfigurationException {
    String prefix = prefixOf(setting.key()).orElse(ALL);
    String key = withoutPrefix(setting.key());
    boolean isOfAll = prefix.equals(ALL);
    Set<String> known =
        Optional.ofNullable(CLIENTS.get(prefix)).map(ConfigDef::names).orElseGet(KafkaKeys::names);
    if (!isOfAll && key.equals(SERVERS)) {
      throw wrong(setting, "all clients talk to one cluster: --bootstrap-server says which");
    }
    if (known.contains(key)) {
      return;
    }
    if (names().contains(key)) {
      throw wrong(
          setting, "this client of Kafka's has no such key; those that have are " + of(key));
    }
    Set<String> registrys = RegistryProperties.names();
    if (registrys.contains(key)) {
      return;
    }
    Set<String> all = new TreeSet<>(known);
    all.addAll(registrys);
    Optional<String> meant = NearestName.slip(key, all);
    if (meant.isPresent()) {
      throw wrong(setting, "Kafka's clients have no such key; is '" + meant.get() + "' meant?");
    }
  }

  private static String of(String key) {
    return String.join(
        ", ",
        CLIENTS.entrySet().stream()
            .filter(client -> client.getValue().names().contains(key))
            .map(Map.Entry::getKey)
            .toList());
  }

  private static ConfigurationException wrong(Setting setting, String why) {
    return new ConfigurationException(setting.key() + " (" + setting.origin() + "): " + why);
  }

  private static Set<String> names() {
    Set<String> names = new TreeSet<>();
    CLIENTS.values().forEach(client -> names.addAll(client.names()));
    return names;
  }

  /** What a client does unless it is told, as it would be written; by bare key. */
  static Map<String, String> defaults(String client) {
    Map<String, String> defaults = new TreeMap<>();
    Optional.ofNullable(CLIENTS.get(client + "."))
        .map(ConfigDef::configKeys)
        .orElse(Map.of())
        .forEach(
            (key, known) -> {
              String written =
                  known.hasDefault()
                      ? ConfigDef.convertToString(known.defaultValue, known.type)
                      : "";
              defaults.put(key, written == null ? "" : written);
            });
    return defaults;
  }

  static String withoutPrefix(String key) {
    return prefixOf(key).map(prefix -> key.substring(prefix.length())).orElse(key);
  }

  /** Whether the value is shown to nobody. */
  public static boolean isSecret(String key) {
    String bare = withoutPrefix(key);
    // A key that is misspelt, or another program's, holds what it was meant to hold.
    String lower = bare.toLowerCase(Locale.ROOT).replace('-', '.').replace('_', '.');
    return CLIENTS.values().stream()
            .map(client -> client.configKeys().get(bare))
            .anyMatch(known -> known != null && known.type == ConfigDef.Type.PASSWORD)
        || SECRETS.stream().anyMatch(lower::endsWith)
        || Stream.of("jaas", "user.info", "userinfo").anyMatch(lower::contains)
        || Stream.of("password", "secret", "token", "credential", "private.key", "api.key")
            .anyMatch(word -> lower.contains(word) && !isAboutSecrets(lower));
  }

  /** A value as anybody may see it: a secret is masked, and so is a user in a URL. */
  public static String masked(String key, String value) {
    return isSecret(key) || SECRET_VALUE.matcher(value).find()
        ? MASK
        : USER_IN_URL.matcher(value).replaceAll("//" + MASK + "@");
  }

  /** Where one is, or how one is got, is none. */
  private static boolean isAboutSecrets(String key) {
    return key.endsWith(".url")
        || key.endsWith(".file")
        || key.endsWith(".location")
        || key.endsWith(".source")
        || key.endsWith(".class")
        || key.endsWith(".ms")
        || key.endsWith(".seconds");
  }
}
