package dev.ramtide.deploy.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ramtide.configuration.ConfigurationException;
import dev.ramtide.configuration.ConfiguredCommand;
import dev.ramtide.configuration.Effective;
import dev.ramtide.configuration.Origin;
import dev.ramtide.report.CheckpointJson;
import dev.ramtide.report.Printable;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The verb {@code config}. */
@Command(
    name = "config",
    description = {
      "Shows which values count, and where each comes from: a flag, the environment, a file, or a default. Secrets are"
          + " masked, and what is pinned cannot be changed.",
      "With a VERB and what would be typed after it, that verb as it would run; without, agent and sink, and what file and"
          + " environment say for others. Options of this verb stand before VERB.",
      "A flag wins over the environment, this over the file of --config. An option's key is its long name without dashes"
          + " (interval), also with its verb before it (agent.interval), which wins; in the environment"
          + " RAMTIDE_INTERVAL, RAMTIDE_AGENT_INTERVAL. Without the verb a key is for agent and sink, and elsewhere for"
          + " what verbs share.",
      "Keys of Kafka's clients have producer., consumer., admin. or, for all, clients. before them; in the environment a"
          + " dot is _, a dash __, an underscore ___ (RAMTIDE_PRODUCER_LINGER_MS). Of those that nobody set Kafka's"
          + " own defaults are shown with --all."
    })
final class ConfigCommand implements Callable<Integer> {
  private final ConfiguredCommand configured;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(names = "--json", description = "Print one JSON object.")
  private boolean json;

  @Option(
      names = "--all",
      description = "Also what Kafka's clients do by their own defaults, where nobody sets it.")
  private boolean all;

  @Parameters(paramLabel = "VERB", description = "A verb, and what would be typed after it.")
  private List<String> verb = List.of();

  ConfigCommand(ConfiguredCommand configured) {
    this.configured = configured;
  }

  @Override
  public Integer call() throws IOException {
    if (configured.help(verb, spec.commandLine().getOut())) {
      return 0;
    }
    VerbTable table = new VerbTable(all);
    Set<String> complaints = verb.isEmpty() ? addDaemons(table) : addVerb(table);
    print(verb.isEmpty() ? table.options(configured.given()) : table.options(), table.clients());
    complaints.addAll(table.complaints());
    if (!complaints.isEmpty()) {
      throw new ConfigurationException(String.join("\n", complaints));
    }
    return 0;
  }

  private Set<String> addVerb(VerbTable table) throws IOException {
    try {
      table.add(verb.get(0), configured.verb(verb));
    } catch (ParameterException e) { // It is told as the verb would tell it.
      e.getCommandLine().setErr(spec.commandLine().getErr());
      throw e;
    }
    return new LinkedHashSet<>();
  }

  /** One that would not run is told beside: what makes no sense to it may be right for another. */
  private Set<String> addDaemons(VerbTable table) throws IOException {
    Set<String> complaints = new LinkedHashSet<>();
    configured.daemons().forEach(table::expect);
    for (String each : configured.daemons()) {
      try {
        table.add(each, configured.verb(List.of(each)));
      } catch (ParameterException e) {
        complaints.add(each + ": " + e.getMessage());
      } catch (ConfigurationException e) {
        complaints.add(String.valueOf(e.getMessage()));
      }
    }
    return complaints;
  }

  private void print(List<Effective> options, List<Effective> clients) {
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
  }

  private static void put(List<Effective> rows, ArrayNode into) {
    for (Effective each : rows) {
      Origin origin = each.origin();
      into.addObject()
          .put("key", each.key())
          .put("value", each.value())
          .put("default", each.unset())
          .put("source", origin.kind().name().toLowerCase(Locale.ROOT))
          .put("where", origin.where());
    }
  }

  private static String table(List<Effective> rows) {
    int keys = rows.stream().mapToInt(each -> each.key().length()).max().orElse(0);
    int values =
        rows.stream().mapToInt(each -> each.value().length()).filter(n -> n <= 40).max().orElse(0);
    return rows.stream()
        .map(
            each ->
                "%%-%ds  %%-%ds  %%s%%n"
                    .formatted(Math.max(1, keys), Math.max(1, values))
                    .formatted(each.key(), Printable.of(each.value()), each.where()))
        .collect(Collectors.joining());
  }
}
