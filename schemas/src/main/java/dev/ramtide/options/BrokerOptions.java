package dev.ramtide.options;

import dev.ramtide.configuration.ClientPlan;
import dev.ramtide.configuration.ClientSettings;
import dev.ramtide.configuration.Origin;
import dev.ramtide.configuration.Setting;
import dev.ramtide.configuration.SettingsFile;
import dev.ramtide.configuration.TakesClientSettings;
import dev.ramtide.refusal.PlainPorts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;

/**
 * Which Kafka cluster, and which topics in it: the options of every verb that talks to Kafka.
 *
 * <pre>{@code @Mixin private BrokerOptions broker = new BrokerOptions();}</pre>
 */
public final class BrokerOptions implements TakesClientSettings {
  private static final Logger LOG = LoggerFactory.getLogger(BrokerOptions.class);
  private static final String DEFAULT_PREFIX = "ramtide";
  private static final Pattern SAFE_WORD = Pattern.compile("[A-Za-z0-9_.,:/@%+=-]+");
  private static final String BOOTSTRAP_SERVERS = "bootstrap.servers";
  private static final String PROTOCOL = "security.protocol";
  private static final String SERVER = "--bootstrap-server";
  private static final String DEFAULT_BOOTSTRAP_SERVER = "localhost:9092";

  @Option(
      names = SERVER,
      paramLabel = "HOST:PORT",
      description =
          "Kafka to connect to, several with commas (default: bootstrap.servers of the clients, else "
              + DEFAULT_BOOTSTRAP_SERVER
              + ").")
  private @Nullable String bootstrapServer;

  @Option(
      names = "--command-config",
      paramLabel = "FILE",
      description =
          "Properties for the Kafka clients, such as security settings. Any client property passes through; those with"
              + " producer., consumer. or admin. before them to these alone.")
  private @Nullable Path commandConfig;

  @Option(
      names = "--topic-prefix",
      paramLabel = "PREFIX",
      converter = TopicPrefixConverter.class,
      description = "First part of the topics' names (default: ${DEFAULT-VALUE}).")
  private String topicPrefix = DEFAULT_PREFIX;

  private ClientSettings elsewhere = ClientSettings.NONE;
  private Origin serverOrigin = Origin.flag(SERVER);

  @Override
  public void take(ClientSettings settings, Function<String, Origin> origins) {
    elsewhere = settings;
    serverOrigin = origins.apply(SERVER);
  }

  /**
   * First part of the names of the topics: {@code PREFIX.VM.pages}, {@code PREFIX.VM.checkpoints}.
   */
  public String topicPrefix() {
    return topicPrefix;
  }

  /**
   * Properties for the Kafka clients, a fresh object with every call: what the file of {@code
   * --command-config}, that of {@code --config} and the environment say, and where to connect to.
   * {@link ClientSettings#only} takes out what one kind of client gets.
   *
   * @throws IOException the file cannot be read, or a key in it is none of the clients'; the
   *     message names it
   */
  public Properties clientProperties() throws IOException {
    return clientSettings().properties();
  }

  /**
   * Asks the servers of clients that would not speak TLS whether these do; to be called before such
   * a client is made.
   *
   * @param clients that the verb makes
   * @return to be asked again, by whoever makes clients anew
   * @throws IOException as {@link #clientProperties}, or a server speaks TLS; the message says what
   *     to set
   */
  public PlainPorts requirePlainPorts(List<ClientPlan> clients) throws IOException {
    PlainPorts ports = new PlainPorts(portsOf(clients));
    ports.require();
    return ports;
  }

  List<PlainPorts.Client> portsOf(List<ClientPlan> clients) throws IOException {
    Properties all = clientProperties();
    return clients.stream().map(ClientPlan::kind).distinct().map(kind -> of(kind, all)).toList();
  }

  private static PlainPorts.Client of(String kind, Properties all) {
    Properties client = ClientSettings.only(all, kind);
    String own = kind + "." + PROTOCOL;
    return new PlainPorts.Client(
        all.containsKey(own) ? own : PROTOCOL,
        client.getProperty(PROTOCOL, "PLAINTEXT"),
        client.getProperty(BOOTSTRAP_SERVERS, ""));
  }

  /**
   * The same with where each is from. {@code --bootstrap-server} is one more of them, as strong as
   * where it was said: typed it wins over all, in the file of {@code --config} it loses to {@code
   * bootstrap.servers} of {@code --command-config} and of the environment.
   *
   * @throws IOException as {@link #clientProperties}
   */
  public ClientSettings clientSettings() throws IOException {
    Setting server =
        bootstrapServer == null
            ? new Setting(BOOTSTRAP_SERVERS, DEFAULT_BOOTSTRAP_SERVER, Origin.DEFAULT)
            : new Setting(BOOTSTRAP_SERVERS, bootstrapServer, serverOrigin);
    return elsewhere.with(commandConfig(), Optional.of(server));
  }

  private SettingsFile commandConfig() throws IOException {
    if (commandConfig == null) {
      return SettingsFile.EMPTY;
    }
    SettingsFile file = SettingsFile.read(commandConfig, "--command-config");
    file.warnOfOpenSecrets();
    return file;
  }

  /**
   * Says which properties do not count, because correctness rests on others.
   *
   * @param clients that will be made
   * @throws IOException as {@link #clientProperties}
   */
  public void warnOfOverridden(List<ClientPlan> clients) throws IOException {
    List<Setting> overridden = ClientPlan.overridden(clients, clientSettings());
    if (!overridden.isEmpty()) {
      LOG.atWarn()
          .addKeyValue("properties", overridden)
          .addKeyValue("do", "leave them out; 'ramtide config' shows what counts")
          .log("properties of Kafka's clients are pinned and were set: these do not count");
    }
  }

  /**
   * The options that lead another verb to the same log, to be copied into a shell.
   *
   * @throws IOException as {@link #clientProperties}
   */
  public String spelled() throws IOException {
    StringBuilder options =
        new StringBuilder("--bootstrap-server ")
            .append(quoted(clientSettings().properties().getProperty(BOOTSTRAP_SERVERS)));
    if (commandConfig != null) {
      options.append(" --command-config ").append(quoted(commandConfig));
    }
    elsewhere.file().ifPresent(file -> options.append(" --config ").append(quoted(file)));
    if (!topicPrefix.equals(DEFAULT_PREFIX)) {
      options.append(" --topic-prefix ").append(quoted(topicPrefix));
    }
    return options.toString();
  }

  /** As {@link #quoted(String)}, and from whatever directory. */
  public static String quoted(Path file) {
    return quoted(file.toAbsolutePath().normalize().toString());
  }

  /** As one word of a shell's command line. */
  public static String quoted(String word) {
    return SAFE_WORD.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
