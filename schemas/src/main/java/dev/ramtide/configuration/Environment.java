package dev.ramtide.configuration;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the environment says: variables that begin with {@code RAMTIDE_}. An empty one is not set.
 */
final class Environment {
  /**
   * What Kubernetes sets in every pod for a Service called {@code ramtide} or {@code ramtide-…}:
   * https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
   */
  private static final Pattern SERVICE_LINK =
      Pattern.compile(
          "(?<service>RAMTIDE(_\\w+?)??)_"
              + "(SERVICE_HOST|SERVICE_PORT(_\\w+)?|PORT(_\\d+_(TCP|UDP|SCTP))?"
              + "|PORT_\\d+_(TCP|UDP|SCTP)_(PORT|PROTO|ADDR))");

  private static final Pattern ADDRESS = Pattern.compile("(tcp|udp|sctp)://.*");

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
          && !others.contains(name)
          && !isServiceLink(name, variables)) {
        settings.add(new Setting(key(name), variable.getValue(), Origin.variable(name)));
      }
    }
    return settings;
  }

  /**
   * The kubelet sets a Service's host and the address of its port together. But a pod's manifest
   * may set an option of that name ({@code RAMTIDE_METRICS_PORT=9405}), which then stands there.
   */
  private boolean isServiceLink(String name, Map<String, String> variables) {
    Matcher link = SERVICE_LINK.matcher(name);
    if (!link.matches()) {
      return false;
    }
    String service = link.group("service");
    String port = service + "_PORT";
    boolean isTaken = keys.containsKey(port) && variables.containsKey(port) && !name.equals(port);
    return variables.containsKey(service + "_SERVICE_HOST")
        && (isTaken || isAddress(port, variables));
  }

  private static boolean isAddress(String name, Map<String, String> variables) {
    return ADDRESS.matcher(variables.getOrDefault(name, "")).matches();
  }

  private String key(String name) throws ConfigurationException {
    Optional<String> key = Optional.ofNullable(keys.get(name)).or(() -> clientKey(name));
    if (key.isPresent()) {
      return key.get();
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
