package dev.ramtide.deploy.cli;

import dev.ramtide.configuration.ConfigurationException;
import dev.ramtide.refusal.Refusal;
import dev.ramtide.report.Printable;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * What the operator reads when a verb fails: one line on stderr that names the verb and says what
 * happened.
 */
record FailureReport(LogFormat format) {
  private static final Logger LOG = LoggerFactory.getLogger(FailureReport.class);

  /**
   * The command line makes no sense.
   *
   * @param note says of a complaint what of it was not typed
   */
  int usage(ParameterException wrong, UnaryOperator<String> note) {
    CommandLine verb = wrong.getCommandLine();
    String complaint = String.valueOf(wrong.getMessage());
    String from = note.apply(complaint);
    String message = complaint + (from.isEmpty() ? "" : " (" + from + ")");
    if (format == LogFormat.JSON) {
      log(verb.getCommandSpec(), message).log("the command line makes no sense");
      return CommandLine.ExitCode.USAGE;
    }
    PrintWriter err = verb.getErr();
    err.println(verb.getCommandSpec().qualifiedName() + ": " + message);
    UnmatchedArgumentException.printSuggestions(wrong, err);
    err.println("Try '" + verb.getCommandSpec().qualifiedName() + " --help'.");
    err.flush();
    return CommandLine.ExitCode.USAGE;
  }

  /** File or environment make no sense. */
  int usage(ConfigurationException wrong, CommandLine verb, boolean debug) {
    tell(wrong, verb, debug, "the configuration makes no sense");
    return CommandLine.ExitCode.USAGE;
  }

  /** The verb began and did not get through. */
  int failure(Exception failure, CommandLine verb, boolean debug) {
    tell(failure, verb, debug, "the verb failed");
    return CommandLine.ExitCode.SOFTWARE;
  }

  private void tell(Exception failure, CommandLine verb, boolean debug, String constant) {
    if (format == LogFormat.JSON) {
      LoggingEventBuilder event = log(verb.getCommandSpec(), message(failure));
      (debug ? event.setCause(failure) : event).log(constant);
      return;
    }
    PrintWriter err = verb.getErr();
    err.println(verb.getCommandSpec().qualifiedName() + ": " + printable(message(failure)));
    if (debug) {
      failure.printStackTrace(err);
    }
    err.flush();
  }

  private static LoggingEventBuilder log(CommandSpec verb, String reason) {
    return LOG.atError().addKeyValue("verb", verb.qualifiedName()).addKeyValue("reason", reason);
  }

  /**
   * Messages quote labels, names and what other programs said. Lines after the first stand in, so
   * that none of them passes for a line of ours.
   */
  static String printable(String message) {
    return message
        .lines()
        .map(line -> Printable.of(line.strip()))
        .collect(Collectors.joining(System.lineSeparator() + "  "));
  }

  /** What a person needs of an exception; some of the JDK's say nothing but a path. */
  static String message(Throwable thrown) {
    Throwable cause = thrown.getCause();
    if (cause != null && isOnlyAWrapper(thrown)) {
      return message(cause);
    }
    if (thrown instanceof NoSuchFileException missing) {
      return missing.getFile() + ": there is no such file or directory";
    }
    if (thrown instanceof AccessDeniedException denied) {
      return denied.getFile() + ": permission denied";
    }
    if (thrown instanceof FileAlreadyExistsException existing) {
      return existing.getFile() + ": exists already";
    }
    if (thrown instanceof KafkaException) {
      return Refusal.told(thrown); // Its outermost message may say nothing but that it failed.
    }
    if (thrown.getMessage() == null || isUnexpected(thrown)) {
      return "unexpected " + thrown + ", which is a bug: --debug shows where";
    }
    return thrown.getMessage();
  }

  private static boolean isOnlyAWrapper(Throwable thrown) {
    return thrown instanceof ExecutionException
        || thrown instanceof CompletionException
        || thrown instanceof UncheckedIOException;
  }

  /**
   * Kafka reports the state of the world by unchecked exceptions; all others are a caller's
   * mistake, so ours.
   */
  private static boolean isUnexpected(Throwable thrown) {
    return thrown instanceof RuntimeException;
  }
}
