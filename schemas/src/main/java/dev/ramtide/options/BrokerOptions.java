package dev.ramtide.options;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * Which Kafka cluster, and which topics in it: the options of every verb that talks to Kafka.
 *
 * <pre>{@code @Mixin private BrokerOptions broker = new BrokerOptions();}</pre>
 */
public final class BrokerOptions {
  private static final String DEFAULT_PREFIX = "ramtide";
  private static final Pattern SAFE_WORD = Pattern.compile("[A-Za-z0-9_.,:/@%+=-]+");
  private static final String BOOTSTRAP_SERVERS = "bootstrap.servers";
  private static final String DEFAULT_BOOTSTRAP_SERVER = "localhost:9092";

  @Option(
      names = "--bootstrap-server",
      paramLabel = "HOST:PORT",
      description =
          "Kafka to connect to, several with commas (default: " + DEFAULT_BOOTSTRAP_SERVER + ").")
  private @Nullable String bootstrapServer;

  @Option(
      names = "--command-config",
      paramLabel = "FILE",
      description =
          "Properties for the Kafka clients, such as security settings. Any client property passes through.")
  private @Nullable Path commandConfig;

  @Option(
      names = "--topic-prefix",
      paramLabel = "PREFIX",
      converter = TopicPrefixConverter.class,
      description = "First part of the topics' names (default: ${DEFAULT-VALUE}).")
  private String topicPrefix = DEFAULT_PREFIX;

  /**
   * First part of the names of the topics: {@code PREFIX.VM.pages}, {@code PREFIX.VM.checkpoints}.
   */
  public String topicPrefix() {
    return topicPrefix;
  }

  /**
   * Properties for any Kafka client, a fresh object with every call: what the file of {@code
   * --command-config} says, and where to connect to. {@code --bootstrap-server} has precedence over
   * the file, the file over the default.
   *
   * @throws IOException the file cannot be read; the message names it
   */
  public Properties clientProperties() throws IOException {
    Properties properties = new Properties();
    properties.setProperty(BOOTSTRAP_SERVERS, DEFAULT_BOOTSTRAP_SERVER);
    if (commandConfig != null) {
      load(commandConfig, properties);
    }
    if (bootstrapServer != null) {
      properties.setProperty(BOOTSTRAP_SERVERS, bootstrapServer);
    }
    return properties;
  }

  /**
   * The options that lead another verb to the same log, to be copied into a shell.
   *
   * @throws IOException as {@link #clientProperties}
   */
  public String spelled() throws IOException {
    StringBuilder options =
        new StringBuilder("--bootstrap-server ")
            .append(quoted(clientProperties().getProperty(BOOTSTRAP_SERVERS)));
    if (commandConfig != null) {
      options
          .append(" --command-config ")
          .append(quoted(commandConfig.toAbsolutePath().normalize().toString()));
    }
    if (!topicPrefix.equals(DEFAULT_PREFIX)) {
      options.append(" --topic-prefix ").append(quoted(topicPrefix));
    }
    return options.toString();
  }

  /** As one word of a shell's command line. */
  public static String quoted(String word) {
    return SAFE_WORD.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
  }

  private static void load(Path file, Properties into) throws IOException {
    try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      into.load(reader);
    } catch (IOException | IllegalArgumentException e) {
      throw new IOException(
          "--command-config " + file + " cannot be read as a properties file: " + e, e);
    }
  }
}
