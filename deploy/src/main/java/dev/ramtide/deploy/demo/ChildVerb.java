package dev.ramtide.deploy.demo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * {@code ramtide VERB …} as a process of its own, as a user would start it. What it prints is read
 * here line by line; what it logs goes to a file.
 */
public final class ChildVerb implements AutoCloseable {
  /**
   * What the launcher gives agents and sinks that run on, and says why: the optimizing compiler
   * waits for ten times as many calls.
   */
  public static final List<String> LATE_OPTIMIZING =
      List.of(
          "-XX:Tier4InvocationThreshold=50000",
          "-XX:Tier4MinInvocationThreshold=6000",
          "-XX:Tier4CompileThreshold=150000",
          "-XX:Tier4BackEdgeThreshold=400000");

  /**
   * The command line of all verbs, this demonstration among them: named, not imported, since it
   * imports us.
   */
  private static final String MAIN = "dev.ramtide.deploy.cli.Ramtide";

  private static final Set<String> RUN_ON = Set.of("agent", "sink");

  /** What the JDK makes of the end by signal 9. */
  private static final int KILLED = 128 + 9;

  private static final long GRACE_MS = 3000;
  private static final Duration END_TIMEOUT = Duration.ofSeconds(40);

  private final String verb;
  private final Process process;
  private final Path log;
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
  private final Thread reader;

  private ChildVerb(String verb, Process process, Path log) {
    this.verb = verb;
    this.process = process;
    this.log = log;
    this.reader = new Thread(this::readLines, verb + "-stdout");
  }

  /**
   * @param log gets what it writes to stderr; one that is there is continued
   * @param jvmOptions its heap, and where it puts temporary files
   */
  public static ChildVerb start(Path log, List<String> jvmOptions, List<String> words)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    if (RUN_ON.contains(words.get(0))) {
      command.addAll(LATE_OPTIMIZING);
    }
    command.addAll(jvmOptions);
    command.addAll(List.of("-XX:+UseSerialGC", "-XX:-UsePerfData", "-XX:+ExitOnOutOfMemoryError"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), MAIN));
    command.addAll(words);
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()));
    // What the environment says to verbs is for those of whoever has set it.
    builder.environment().keySet().removeIf(name -> name.startsWith("RAMTIDE_"));
    Process process = builder.start();
    process.getOutputStream().close();
    ChildVerb child = new ChildVerb(words.get(0), process, log);
    child.reader.setDaemon(true);
    child.reader.start();
    return child;
  }

  public long pid() {
    return process.pid();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** Its exit code; it has ended. */
  public int exitValue() {
    return process.exitValue();
  }

  /** As {@code kill -STOP}: it stands where it is, with all that it holds, until {@link #thaw}. */
  public void freeze() throws IOException, InterruptedException {
    signal("STOP");
  }

  /** As {@code kill -CONT}. */
  public void thaw() throws IOException, InterruptedException {
    signal("CONT");
  }

  private void signal(String name) throws IOException, InterruptedException {
    // The JDK knows no other signals than those that end a process.
    String command = "kill -" + name + " " + pid();
    if (new ProcessBuilder("/bin/sh", "-c", command).start().waitFor() != 0 && isAlive()) {
      throw new IOException("no signal for ramtide " + verb + ": '" + command + "' failed");
    }
  }

  /** The next line that it printed already, if there is one. */
  public Optional<String> pollLine() {
    return Optional.ofNullable(lines.poll());
  }

  /** The last line that it wrote to stderr, empty when there is none. */
  public String lastLine() throws IOException {
    List<String> said = Files.readAllLines(log);
    return said.isEmpty() ? "" : said.get(said.size() - 1);
  }

  /**
   * The next line that it prints.
   *
   * @return empty when none came in time
   * @throws IOException it has ended; what it said last is in the message
   */
  public Optional<String> nextLine(Duration timeout) throws IOException, InterruptedException {
    boolean alive = process.isAlive(); // asked first: what it said before its end counts
    String line = lines.poll(timeout.toMillis(), TimeUnit.MILLISECONDS);
    if (line == null && !alive) {
      reader.join();
      line = lines.poll();
      if (line == null) {
        throw new IOException(
            "ramtide " + verb + " ended with " + process.exitValue() + lastWords());
      }
    }
    return Optional.ofNullable(line);
  }

  /**
   * Waits for a line that begins with these words.
   *
   * @return the rest of that line
   */
  public String awaitLine(String beginning, Duration timeout)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (System.nanoTime() < deadline) {
      Optional<String> line = nextLine(Duration.ofMillis(100));
      if (line.isPresent() && line.get().startsWith(beginning)) {
        return line.get().substring(beginning.length()).strip();
      }
    }
    throw new IOException(
        "ramtide "
            + verb
            + " did not say '"
            + beginning
            + "' in "
            + timeout.toSeconds()
            + " s"
            + lastWords());
  }

  /** Waits until it has done its work; anything but success is an error. */
  public void awaitSuccess(Duration timeout) throws IOException, InterruptedException {
    if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new IOException(
          "ramtide " + verb + " is not done after " + timeout.toSeconds() + " s" + lastWords());
    }
    if (process.exitValue() != 0) {
      throw new IOException("ramtide " + verb + " failed" + lastWords());
    }
  }

  /**
   * As {@code kill -9}: nothing is flushed, nobody is told.
   *
   * @return whether that is what ended it
   */
  public boolean kill() {
    process.destroyForcibly().onExit().join();
    return process.exitValue() == KILLED;
  }

  /** As Ctrl-C: it may finish what it has to, and must not take long. */
  public void stop() throws IOException, InterruptedException {
    askToStop();
    if (!process.waitFor(END_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new IOException("ramtide " + verb + " does not stop" + lastWords());
    }
  }

  /** As Ctrl-C, without waiting. */
  public void askToStop() {
    process.destroy();
  }

  /** Gives it a little time to stop when it was asked to, then kills it. */
  @Override
  public void close() {
    process.onExit().completeOnTimeout(process, GRACE_MS, TimeUnit.MILLISECONDS).join();
    kill();
  }

  private String lastWords() throws IOException {
    List<String> said = Files.readAllLines(log);
    int from = Math.max(0, said.size() - 5);
    return said.isEmpty() ? "" : ": " + String.join("\n  ", said.subList(from, said.size()));
  }

  private void readLines() {
    try (BufferedReader stdout =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = stdout.readLine(); line != null; line = stdout.readLine()) {
        lines.add(line);
      }
    } catch (IOException e) {
      lines.add("(" + e.getMessage() + ")"); // It was killed while it printed.
    }
  }
}
