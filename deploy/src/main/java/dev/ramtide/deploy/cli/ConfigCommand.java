package dev.ramtide.deploy.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ramtide.configuration.ClientSettings;
import dev.ramtide.configuration.ConfiguredCommand;
import dev.ramtide.configuration.KafkaKeys;
import dev.ramtide.configuration.Origin;
import dev.ramtide.configuration.Setting;
import dev.ramtide.configuration.SettingsFile;
import dev.ramtide.options.BrokerOptions;
import dev.ramtide.report.CheckpointJson;
import dev.ramtide.report.Printable;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The verb {@code config}. */
@Command(
    name = "config",
    description = {
      "Shows which values count, and where each comes from: a flag, the environment, a file, or nowhere. Secrets are masked.",
      "With a VERB and what would be typed after it, all options of that verb; without, what file and environment say."
          + " Options of this verb stand before VERB.",
      "A flag wins over the environment, this over the file of --config. An option's key is its long name without dashes"
          + " (interval), also with its verb before it (agent.interval), which wins; in the environment"
          + " RAMTIDE_INTERVAL, RAMTIDE_AGENT_INTERVAL. Without the verb a key is for agent and sink, and elsewhere for"
          + " what verbs share.",
      "Keys of Kafka's clients have producer., consumer., admin. or, for all, clients. before them; in the environment a"
          + " dot is _, a dash __, an underscore ___ (RAMTIDE_PRODUCER_LINGER_MS). Those that nobody set are not shown."
    })
final class ConfigCommand implements Callable<Integer> {
  private static final String SERVERS = "bootstrap.servers";

  private final ConfiguredCommand configured;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Parameters(paramLabel = "VERB", description = "A verb, and what would be typed after it.")
  private List<String> verb = List.of();

  ConfigCommand(ConfiguredCommand configured) {
    this.configured = configured;
  }

  @Override
  public Integer call() throws IOException {
    List<ConfiguredCommand.Effective> options =
        verb.isEmpty() ? configured.given() : configured.effective(verb);
    List<ConfiguredCommand.Effective> clients = clients(options);
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      ObjectNode object = CheckpointJson.object();
      put(options, object.putArray("options"));
      put(clients, object.putArray("clients"));
      out.println(CheckpointJson.line(object));
    } else {
      out.print(table(Stream.concat(options.stream(), clients.stream()).toList()));
    }
    out.flush();
    return 0;
  }

  /** Bare keys are for all clients. */
  private List<ConfiguredCommand.Effective> clients(List<ConfiguredCommand.Effective> options)
      throws IOException {
    Optional<Path> commandConfig =
        value(options, "command-config").map(found -> Path.of(found.value()));
    ClientSettings settings =
        configured
            .configuration()
            .clients()
            .with(
                commandConfig.isPresent()
                    ? SettingsFile.read(commandConfig.get(), "--command-config")
                    : SettingsFile.EMPTY);
    Map<String, ConfiguredCommand.Effective> clients = new LinkedHashMap<>();
    if (options.stream().anyMatch(option -> option.key().equals("bootstrap-server"))) {
      String unset = BrokerOptions.DEFAULT_BOOTSTRAP_SERVER;
      clients.put(SERVERS, new ConfiguredCommand.Effective(SERVERS, unset, Origin.DEFAULT));
    }
    settings.effective().forEach((key, setting) -> clients.put(key, shown(setting)));
    value(options, "bootstrap-server")
        .map(found -> new ConfiguredCommand.Effective(SERVERS, found.value(), found.origin()))
        .ifPresent(found -> clients.put(SERVERS, found));
    return List.copyOf(clients.values());
  }

  private static Optional<ConfiguredCommand.Effective> value(
      List<ConfiguredCommand.Effective> options, String key) {
    return options.stream()
        .filter(option -> option.key().equals(key) && !option.value().isEmpty())
        .findFirst();
  }

  private static ConfiguredCommand.Effective shown(Setting setting) {
    String value = KafkaKeys.masked(setting.key(), setting.value());
    return new ConfiguredCommand.Effective(setting.key(), value, setting.origin());
  }

  private static void put(List<ConfiguredCommand.Effective> all, ArrayNode into) {
    for (ConfiguredCommand.Effective each : all) {
      Origin origin = each.origin();
      into.addObject()
          .put("key", each.key())
          .put("value", each.value())
          .put("source", origin.kind().name().toLowerCase(Locale.ROOT))
          .put("where", origin.where());
    }
  }

  private static String table(List<ConfiguredCommand.Effective> all) {
    int keys = all.stream().mapToInt(each -> each.key().length()).max().orElse(0);
    int values =
        all.stream().mapToInt(each -> each.value().length()).filter(n -> n <= 40).max().orElse(0);
    return all.stream()
        .map(
            each ->
                "%%-%ds  %%-%ds  %%s%%n"
                    .formatted(Math.max(1, keys), Math.max(1, values))
                    .formatted(each.key(), Printable.of(each.value()), each.origin()))
        .collect(Collectors.joining());
  }
}
