package dev.ramtide.deploy.testbed;

import static org.assertj.core.api.Assertions.fail;

import dev.ramtide.deploy.cli.Ramtide;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * {@code ramtide VERB ...} as a process of its own, with the class path of the test: what can be
 * killed with -9, and what shows exit codes and output as a user sees them. What it says goes to
 * files, so that it never waits for the test to read.
 */
public final class RamtideProcess implements AutoCloseable {
  /** As much as the launcher gives. */
  private static final String HEAP = "-Xmx256m";

  private static final String BROKER_HEAP = "-Xmx512m";

  /** What the launcher gives runs that end soon, and what most runs of a test are. */
  private static final String QUICK = "-XX:TieredStopAtLevel=1";

  private static final String CLASS_PATH = System.getProperty("java.class.path");

  private final Process process;
  private final String commandLine;
  private final Path stdout;
  private final Path stderr;

  private RamtideProcess(Process process, String commandLine, Path stdout, Path stderr) {
    this.process = process;
    this.commandLine = commandLine;
    this.stdout = stdout;
    this.stderr = stderr;
  }

  /**
   * Starts a verb and returns at once.
   *
   * @param directory where the files with its output go; several processes may share it
   */
  public static RamtideProcess start(Path directory, String... args) throws IOException {
    return start(directory, List.of(args[0].equals("kafka") ? BROKER_HEAP : HEAP), args);
  }

  /** As {@link #start(Path, String...)}, with variables of the environment. */
  public static RamtideProcess start(
      Path directory, Map<String, String> environment, String... args) throws IOException {
    return start(directory, List.of(HEAP), environment, args);
  }

  /**
   * As {@link #start(Path, String...)}, with more on the class path, as RAMTIDE_CLASSPATH puts it.
   */
  public static RamtideProcess startWith(Path directory, String moreClassPath, String... args)
      throws IOException {
    List<String> options = List.of(HEAP, "-cp", CLASS_PATH + ":" + moreClassPath);
    return start(directory, options, Map.of(), args);
  }

  /**
   * As {@link #start(Path, String...)}, with JVM options of the caller's instead of the launcher's.
   */
  public static RamtideProcess start(Path directory, List<String> jvmOptions, String... args)
      throws IOException {
    return start(directory, jvmOptions, Map.of(), args);
  }

  private static RamtideProcess start(
      Path directory, List<String> jvmOptions, Map<String, String> environment, String... args)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:+UseSerialGC");
    command.add(QUICK);
    command.add("-XX:+ExitOnOutOfMemoryError");
    command.addAll(List.of("-cp", CLASS_PATH));
    command.addAll(jvmOptions); // Of two class paths the later counts.
    command.add(Ramtide.class.getName());
    command.addAll(List.of(args));
    Path stdout = Files.createTempFile(directory, args[0] + "-", ".stdout");
    Path stderr = Path.of(stdout.toString().replace(".stdout", ".stderr"));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(stdout.toFile()).redirectError(stderr.toFile());
    // With these a JVM says a line of its own on stderr.
    builder.environment().keySet().removeAll(List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS"));
    builder.environment().keySet().removeIf(name -> name.startsWith("RAMTIDE_"));
    builder.environment().putAll(environment);
    Process process = builder.start();
    process.getOutputStream().close();
    return new RamtideProcess(process, "ramtide " + String.join(" ", args), stdout, stderr);
  }

  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** What it has printed so far. */
  public String stdout() throws IOException {
    return Files.readString(stdout);
  }

  /** What it has logged and complained of so far. */
  public String stderr() throws IOException {
    return Files.readString(stderr);
  }

  /**
   * Waits until stdout contains the text; fails, with all that was said, when the process ends
   * first or time runs out.
   */
  public RamtideProcess awaitStdout(String text, Duration limit) throws IOException {
    await("'" + text + "' on stdout", limit, () -> stdout().contains(text));
    return this;
  }

  /** As {@link #awaitStdout} for stderr. */
  public RamtideProcess awaitStderr(String text, Duration limit) throws IOException {
    await("'" + text + "' on stderr", limit, () -> stderr().contains(text));
    return this;
  }

  /** Waits for the end of the process and returns its exit code. */
  public int awaitExit(Duration limit) throws IOException, InterruptedException {
    if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
      fail("after " + limit + " still running: " + account());
    }
    return process.exitValue();
  }

  /** As {@code kill -9}: no hook runs, no buffer is flushed. Returns when the process is gone. */
  public void kill() {
    process.destroyForcibly().onExit().join();
  }

  /** As {@code kill -TERM}. */
  public void terminate() {
    process.destroy();
  }

  /** Kills it if it still runs. */
  @Override
  public void close() {
    kill();
  }

  private void await(String what, Duration limit, Said said) throws IOException {
    Instant end = Instant.now().plus(limit);
    while (true) {
      boolean alive =
          process.isAlive(); // asked first: what a process said just before its end counts
      if (said.containsIt()) {
        return;
      }
      if (!alive) {
        fail("ended with " + process.exitValue() + " before " + what + ": " + account());
      }
      if (Instant.now().isAfter(end)) {
        fail("no " + what + " after " + limit + ": " + account());
      }
      LockSupport.parkNanos(20_000_000);
    }
  }

  private interface Said {
    boolean containsIt() throws IOException;
  }

  private String account() throws IOException {
    return commandLine + "\n--- stdout\n" + stdout() + "\n--- stderr\n" + stderr();
  }
}
