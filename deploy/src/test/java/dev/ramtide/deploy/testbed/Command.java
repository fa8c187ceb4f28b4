package dev.ramtide.deploy.testbed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A program that runs to its end within a limit of time.
 *
 * @param exitCode it ended with
 * @param output what it printed on stdout and stderr
 */
public record Command(int exitCode, String output) {
  /**
   * Runs it.
   *
   * @throws IOException there is no such program, or it took longer and was killed
   */
  public static Command run(Duration limit, Path directory, List<String> words)
      throws IOException, InterruptedException {
    Path log = Files.createTempFile("ramtide-command-", ".log");
    try {
      Process process =
          new ProcessBuilder(words)
              .directory(directory.toFile())
              .redirectInput(Path.of("/dev/null").toFile())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      try {
        if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
          throw new IOException(
              "%s took more than %s: %s".formatted(words, limit, Files.readString(log)));
        }
      } finally {
        process.destroyForcibly();
      }
      return new Command(process.exitValue(), Files.readString(log));
    } finally {
      Files.delete(log);
    }
  }

  /**
   * Runs it; returns what it said.
   *
   * @throws IOException it failed, with what it said
   */
  public static String succeed(Duration limit, Path directory, List<String> words)
      throws IOException, InterruptedException {
    Command command = run(limit, directory, words);
    if (command.exitCode != 0) {
      throw new IOException(
          "%s ended with %d: %s".formatted(words, command.exitCode, command.output));
    }
    return command.output;
  }
}
