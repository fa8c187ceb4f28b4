package dev.ramtide.configuration;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * What the environment says: variables that begin with {@code RAMTIDE_}. An empty one is not set.
 */
final class Environment {
  /** What Kubernetes and Docker set for a service called {@code ramtide-…}. */
  private static final Pattern SERVICE_LINK =
      Pattern.compile(".*(_SERVICE_HOST|_SERVICE_PORT(_\\w+)?|_PORT(_\\d+_(TCP|UDP|SCTP)\\w*)?)");

  private final Map<String, String> keys = new TreeMap<>();
  private final Set<String> others;

  /**
   * @param optionKeys that there are
   * @param others variables that are not meant for options
   */
  Environment(Set<String> optionKeys, Set<String> others) {
    optionKeys.forEach(key -> keys.put(OptionKeys.variable(key), key));
    this.others = others;
  }

  /**
   * @throws ConfigurationException a variable says nothing that is known
   */
  List<Setting> read(Map<String, String> variables) throws ConfigurationException {
    List<Setting> settings = new ArrayList<>();
    for (Map.Entry<String, String> variable : new TreeMap<>(variables).entrySet()) {
      String name = variable.getKey();
      if (name.startsWith(OptionKeys.VARIABLES)
          && !variable.getValue().isEmpty()
          && !name.equals(Configuration.FILE_VARIABLE)
          && !others.contains(name)) {
        key(name)
            .ifPresent(
                key -> settings.add(new Setting(key, variable.getValue(), Origin.variable(name))));
      }
    }
    return settings;
  }

  private Optional<String> key(String name) throws ConfigurationException {
    String option = keys.get(name);
    if (option != null) {
      return Optional.of(option);
    }
    Optional<String> client = clientKey(name);
    if (client.isPresent() || SERVICE_LINK.matcher(name).matches()) {
      return client;
    }
    throw new ConfigurationException(
        "environment variable "
            + name
            + ": there is no such option; the nearest is "
            + NearestName.of(name, keys.keySet()).orElse("none"));
  }

  private static Optional<String> clientKey(String name) {
    return KafkaKeys.prefixes()
        .filter(prefix -> name.startsWith(OptionKeys.variable(prefix)))
        .map(prefix -> prefix + spelled(name.substring(OptionKeys.variable(prefix).length())))
        .findFirst();
  }

  /** As in Confluent's images: a dot is one underscore, a dash two, an underscore three. */
  private static String spelled(String rest) {
    return rest.toLowerCase(Locale.ROOT)
        .replace("___", "\0")
        .replace("__", "-")
        .replace('_', '.')
        .replace('\0', '_');
  }
}
