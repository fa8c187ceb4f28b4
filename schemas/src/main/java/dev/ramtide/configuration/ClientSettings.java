package dev.ramtide.configuration;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;

/**
 * What was given for Kafka's clients, from all sources.
 *
 * @param settings from the weakest to the strongest: one with the same key wins over those before
 *     it. Keys for all clients are bare; those for one have {@code producer.}, {@code consumer.} or
 *     {@code admin.} before them, and win over bare ones
 */
public record ClientSettings(List<Setting> settings) {
  public static final ClientSettings NONE = new ClientSettings(List.of());

  public ClientSettings {
    settings = List.copyOf(settings);
  }

  /**
   * With those of {@code --command-config}: stronger than {@code --config}, weaker than the
   * environment.
   *
   * @param servers {@code --bootstrap-server}, which also a file and the environment may say: of
   *     one source it wins over {@code bootstrap.servers}, but a stronger source wins over it
   * @throws ConfigurationException a key is none of the client's that it names
   */
  public ClientSettings with(SettingsFile commandConfig, Optional<Setting> servers)
      throws ConfigurationException {
    List<Setting> all = new ArrayList<>();
    all.addAll(of(Origin.Kind.DEFAULT, servers));
    all.addAll(of(Origin.Kind.FILE, servers));
    for (Setting setting : commandConfig.settings()) {
      KafkaKeys.check(setting);
      all.add(forAll(setting));
    }
    all.addAll(of(Origin.Kind.ENVIRONMENT, servers));
    all.addAll(of(Origin.Kind.FLAG, servers));
    return new ClientSettings(all);
  }

  static Setting forAll(Setting setting) {
    return setting.key().startsWith(KafkaKeys.ALL)
        ? setting.withKey(KafkaKeys.withoutPrefix(setting.key()))
        : setting;
  }

  private List<Setting> of(Origin.Kind kind, Optional<Setting> last) {
    return Stream.concat(settings.stream(), last.stream())
        .filter(setting -> setting.origin().kind() == kind)
        .toList();
  }

  /** The file of {@code --config}, if some are in it. */
  public Optional<Path> file() {
    return settings.stream().flatMap(setting -> setting.origin().file().stream()).findFirst();
  }

  /** Those that count, by key. */
  public Map<String, Setting> effective() {
    Map<String, Setting> effective = new LinkedHashMap<>();
    settings.forEach(setting -> effective.put(setting.key(), setting));
    return effective;
  }

  /** Those that count, with their prefixes. */
  public Properties properties() {
    Properties properties = new Properties();
    effective().forEach((key, setting) -> properties.setProperty(key, setting.value()));
    return properties;
  }

  /**
   * What a kind of client gets of {@link #properties}.
   *
   * @param clients {@code producer}, {@code consumer} or {@code admin}; of several the later wins
   * @return bare keys, a fresh object
   */
  public static Properties only(Properties all, String... clients) {
    Properties only = new Properties();
    for (String key : all.stringPropertyNames()) {
      if (KafkaKeys.prefixOf(key).isEmpty()) {
        only.setProperty(key, all.getProperty(key));
      }
    }
    for (String client : clients) {
      String prefix = client + ".";
      for (String key : all.stringPropertyNames()) {
        if (key.startsWith(prefix)) {
          only.setProperty(key.substring(prefix.length()), all.getProperty(key));
        }
      }
    }
    return only;
  }
}
