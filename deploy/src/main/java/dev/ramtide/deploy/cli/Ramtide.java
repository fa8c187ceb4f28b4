package dev.ramtide.deploy.cli;

import dev.ramtide.configuration.ConfigurationException;
import dev.ramtide.configuration.ConfiguredCommand;
import dev.ramtide.deploy.bench.BenchCommand;
import dev.ramtide.deploy.demo.DemoCommand;
import dev.ramtide.deploy.keys.KeysCommand;
import dev.ramtide.deploy.simulate.SimulateCommand;
import dev.ramtide.deploy.top.TopCommand;
import dev.ramtide.deploy.torture.TortureCommand;
import dev.ramtide.producer.cli.AgentCommand;
import dev.ramtide.producer.cli.QmpCommand;
import dev.ramtide.sink.cli.CheckpointsCommand;
import dev.ramtide.sink.cli.DeleteCommand;
import dev.ramtide.sink.cli.InspectCommand;
import dev.ramtide.sink.cli.PruneCommand;
import dev.ramtide.sink.cli.RestoreCommand;
import dev.ramtide.sink.cli.SinkCommand;
import dev.ramtide.sink.cli.VerifyCommand;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * The command {@code ramtide}. Exit codes: 0 done, 1 it failed and a line on stderr says why, 2 the
 * command line, the environment or a file of settings makes no sense.
 */
@Command(
    name = "ramtide",
    scope = ScopeType.INHERIT,
    mixinStandardHelpOptions = true,
    versionProvider = RamtideVersion.class,
    usageHelpWidth = 100,
    usageHelpAutoWidth = true,
    synopsisSubcommandLabel = "VERB",
    commandListHeading = "%nVerbs:%n",
    optionListHeading = "%nOptions:%n",
    parameterListHeading = "%n",
    description = "Turns a virtual machine's memory into a Kafka log, and back.",
    subcommands = {
      KafkaCommand.class,
      AgentCommand.class,
      QmpCommand.class,
      SinkCommand.class,
      CheckpointsCommand.class,
      PruneCommand.class,
      RestoreCommand.class,
      VerifyCommand.class,
      InspectCommand.class,
      DeleteCommand.class,
      KeysCommand.class,
      ConfigCommand.class,
      TopCommand.class,
      DemoCommand.class,
      SimulateCommand.class,
      TortureCommand.class,
      BenchCommand.class
    })
public final class Ramtide implements Callable<Integer> {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "On failure print the stack trace too, for a bug report.")
  private boolean debug;

  @Option(
      names = "--log-format",
      scope = ScopeType.INHERIT,
      paramLabel = "text|json",
      description =
          "How stderr looks (default: text). In json each line of it is an object, and there are no progress bars.")
  private LogFormat logFormat = LogFormat.TEXT;

  /** Read before all others, which it may have. */
  @Option(
      names = "--config",
      scope = ScopeType.INHERIT,
      paramLabel = "FILE",
      description =
          "Properties for options and Kafka's clients (default: the file that RAMTIDE_CONFIG names); 'ramtide config'"
              + " tells more.")
  @SuppressWarnings("unused")
  private @Nullable Path config;

  Ramtide() {}

  /** Without a verb there is nothing to do but to say which there are. */
  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getErr());
    return CommandLine.ExitCode.USAGE;
  }

  public static void main(String[] args) {
    System.exit(start(args));
  }

  private static int start(String... args) {
    try {
      UnpackedLibraries.guard();
    } catch (IOException e) {
      boolean debug = List.of(args).contains("--debug");
      return new Ramtide().report(args).failure(e, commandLine(), debug);
    }
    return new Launch(commandLine -> commandLine).run(System.getenv(), args);
  }

  /** All verbs, with the treatment of errors that they share; nothing but what is typed counts. */
  public static CommandLine commandLine() {
    return commandLine(ConfiguredCommand.TYPED);
  }

  static CommandLine commandLine(ConfiguredCommand configured) {
    Ramtide ramtide = new Ramtide();
    CommandLine commandLine =
        new CommandLine(ramtide, new VerbFactory(configured))
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setParameterExceptionHandler(
                (wrong, args) -> ramtide.report(args).usage(wrong, configured::note))
            .setExecutionStrategy(
                parsed -> {
                  ramtide.logFormat.use();
                  Launch.prepare(configured, parsed);
                  return new CommandLine.RunLast().execute(parsed);
                })
            .setExecutionExceptionHandler(
                (failure, verb, parsed) ->
                    failure instanceof ConfigurationException wrong
                        ? ramtide.report().usage(wrong, verb, ramtide.debug)
                        : ramtide.report().failure(failure, verb, ramtide.debug));
    // What stands after the verb of interest is for that one.
    Objects.requireNonNull(commandLine.getSubcommands().get("config")).setStopAtPositional(true);
    return commandLine;
  }

  private FailureReport report() {
    return new FailureReport(logFormat);
  }

  /** The option may stand after what makes no sense, and so not have been read. */
  FailureReport report(String... args) {
    String line = String.join(" ", args).toLowerCase(Locale.ROOT);
    if (logFormat == LogFormat.TEXT && line.matches(".*--log-format[ =]json( .*)?")) {
      logFormat = LogFormat.JSON;
      logFormat.use();
    }
    return report();
  }
}
