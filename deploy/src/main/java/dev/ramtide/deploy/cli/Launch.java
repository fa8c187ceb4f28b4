package dev.ramtide.deploy.cli;

import dev.ramtide.configuration.Configuration;
import dev.ramtide.configuration.ConfigurationException;
import dev.ramtide.configuration.ConfiguredCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import picocli.CommandLine;
import picocli.CommandLine.ParseResult;

/** From what was typed, the environment and a file to a verb that runs. */
final class Launch {
  /** Verbs that run on by themselves, so that what an environment says is meant for them. */
  private static final Set<String> DAEMONS = Set.of("agent", "sink");

  /** Of the launcher, of scripts beside it, and of pause hooks. */
  private static final Set<String> NO_OPTIONS =
      Set.of(
          "RAMTIDE_HEAP",
          "RAMTIDE_DIRECT",
          "RAMTIDE_CLASSPATH",
          "RAMTIDE_JAVA_OPTS",
          "RAMTIDE_OS_RELEASE",
          "RAMTIDE_DASHBOARDS",
          "RAMTIDE_CHECKPOINT",
          "RAMTIDE_PAUSE_TIME");

  private final UnaryOperator<CommandLine> streams;

  /**
   * @param streams says where a command prints to
   */
  Launch(UnaryOperator<CommandLine> streams) {
    this.streams = streams;
  }

  /** Returns the exit code. */
  int run(Map<String, String> environment, String... args) {
    try {
      Configuration.Sources sources = new Configuration.Sources(environment, NO_OPTIONS, DAEMONS);
      ConfiguredCommand configured = ConfiguredCommand.of(Ramtide::commandLine, sources, args);
      return streams.apply(Ramtide.commandLine(configured)).execute(configured.args());
    } catch (ConfigurationException e) {
      return new Ramtide()
          .report(args)
          .usage(e, streams.apply(Ramtide.commandLine()), List.of(args).contains("--debug"));
    }
  }

  /** Gives a verb's options what they need of file and environment. */
  static void prepare(ConfiguredCommand configured, ParseResult parsed) {
    ParseResult verb = parsed.subcommand();
    if (verb != null) {
      configured.handTo(verb.commandSpec());
    }
    try {
      configured.configuration().file().warnOfOpenSecrets();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
