package dev.ramtide.configuration;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** What file and environment say, each key known. */
public final class Configuration {
  /** Names the file where {@code --config} does not. */
  static final String FILE_VARIABLE = "RAMTIDE_CONFIG";

  static final Configuration EMPTY = new Configuration();

  private final OptionKeys keys;
  private final SettingsFile file;
  private final Map<String, Setting> fromEnvironment = new HashMap<>();
  private final Map<String, Setting> fromFile = new HashMap<>();
  private final ClientSettings clients;

  /**
   * Where to look.
   *
   * @param variables the environment
   * @param others variables that begin as ours do and are not meant for options
   * @param daemons verbs that run on by themselves: keys without a verb are for these
   */
  public record Sources(Map<String, String> variables, Set<String> others, Set<String> daemons) {
    public static final Sources NONE = new Sources(Map.of(), Set.of(), Set.of());

    /** Whether the environment says nothing to us. */
    boolean isSilent() {
      return variables.keySet().stream().noneMatch(name -> name.startsWith(OptionKeys.VARIABLES));
    }
  }

  /** Nothing is said. */
  private Configuration() {
    this.keys = new OptionKeys(CommandSpec.create(), Set.of());
    this.file = SettingsFile.EMPTY;
    this.clients = ClientSettings.NONE;
  }

  private Configuration(OptionKeys keys, SettingsFile file, List<Setting> environment)
      throws ConfigurationException {
    this.keys = keys;
    this.file = file;
    List<Setting> ofClients = new ArrayList<>();
    Set<String> known = keys.all();
    for (Setting setting : file.settings()) {
      sort(setting, known, fromFile, ofClients);
    }
    for (Setting setting : environment) {
      sort(setting, known, fromEnvironment, ofClients);
    }
    this.clients = new ClientSettings(ofClients);
  }

  /**
   * @param root the command with all its verbs
   * @param named the file of {@code --config}
   * @throws ConfigurationException a key is not known, or a file cannot be read
   */
  static Configuration read(CommandSpec root, Sources sources, Optional<Path> named)
      throws ConfigurationException {
    OptionKeys keys = new OptionKeys(root, sources.daemons());
    List<Setting> environment =
        new Environment(keys.all(), sources.others()).read(sources.variables());
    return new Configuration(keys, file(sources, named), environment);
  }

  private static SettingsFile file(Sources sources, Optional<Path> named)
      throws ConfigurationException {
    if (named.isPresent()) {
      return SettingsFile.read(named.get(), "--config");
    }
    String path = sources.variables().getOrDefault(FILE_VARIABLE, "");
    return path.isEmpty() ? SettingsFile.EMPTY : SettingsFile.read(Path.of(path), FILE_VARIABLE);
  }

  private static void sort(
      Setting setting, Set<String> known, Map<String, Setting> options, List<Setting> clients)
      throws ConfigurationException {
    if (known.contains(setting.key())) {
      options.put(setting.key(), setting);
    } else if (KafkaKeys.prefixOf(setting.key()).isPresent()) {
      KafkaKeys.check(setting);
      clients.add(ClientSettings.forAll(setting));
    } else {
      throw new ConfigurationException(unknown(setting, known));
    }
  }

  private static String unknown(Setting setting, Set<String> known) {
    String message = setting.origin() + ": there is no option '" + setting.key() + "'; ";
    String nearest = "the nearest is '" + NearestName.of(setting.key(), known).orElse("none") + "'";
    return mayBeOfClients(setting.key(), known)
        ? message
            + "a key of Kafka's clients, or of a registry, stands here as "
            + KafkaKeys.ALL
            + setting.key()
            + " (or producer., consumer., admin.), or without that in the file of --command-config;"
            + " of options "
            + nearest
        : message + nearest;
  }

  /** Options have no dot in their names, but after that of their verb. */
  private static boolean mayBeOfClients(String key, Set<String> known) {
    int dot = key.indexOf('.');
    return dot >= 0 && known.stream().noneMatch(of -> of.startsWith(key.substring(0, dot + 1)));
  }

  /** What is said of an option of a verb: the environment wins over the file. */
  Optional<Setting> of(CommandSpec verb, OptionSpec option) {
    for (Map<String, Setting> source : List.of(fromEnvironment, fromFile)) {
      for (String key : keys.of(verb, option)) {
        Setting setting = source.get(key);
        if (setting != null) {
          return Optional.of(setting);
        }
      }
    }
    return Optional.empty();
  }

  /** All that is said of options, of each key what counts. */
  List<Setting> ofOptions() {
    Map<String, Setting> all = new TreeMap<>(fromFile);
    all.putAll(fromEnvironment);
    return List.copyOf(all.values());
  }

  /** What is said for Kafka's clients. */
  public ClientSettings clients() {
    return clients;
  }

  /** The file that was read, or an empty one. */
  public SettingsFile file() {
    return file;
  }
}
