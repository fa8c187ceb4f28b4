package dev.ramtide.sink.state;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * A second process with gates of its own, which can be stopped and killed.
 *
 * <pre>
 *   shared MS PATH | exclusive MS PATH   held | nothing
 *   release                              free         the hold that was taken last
 *   child                                PID          of a process that it starts and leaves alone
 * </pre>
 */
public final class OtherJvm implements AutoCloseable {
  private final Process process;
  private final BufferedReader answers;
  private final PrintStream commands;

  private OtherJvm(Process process) {
    this.process = process;
    this.answers = process.inputReader(StandardCharsets.UTF_8);
    this.commands = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
  }

  public static OtherJvm start() throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    List<String> options = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx64m");
    List<String> main =
        List.of("-cp", System.getProperty("java.class.path"), OtherJvm.class.getName());
    List<String> command = Stream.of(List.of(java), options, main).flatMap(List::stream).toList();
    return new OtherJvm(
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
  }

  public long pid() {
    return process.pid();
  }

  public boolean takesShared(Path lock) throws IOException {
    return ask("shared 30 " + lock).equals("held");
  }

  public boolean takesExclusive(Path lock) throws IOException {
    return ask("exclusive 30 " + lock).equals("held");
  }

  public void release() throws IOException {
    ask("release");
  }

  /**
   * @return a process that it started, and that outlives it
   */
  ProcessHandle child() throws IOException {
    return ProcessHandle.of(Long.parseLong(ask("child"))).orElseThrow();
  }

  private String ask(String command) throws IOException {
    commands.println(command);
    String answer = answers.readLine();
    if (answer == null) {
      throw new IOException("the other JVM ended at: " + command);
    }
    return answer;
  }

  /** Returns when none of its threads runs any more. */
  public void stop() throws IOException, InterruptedException {
    signal("-STOP");
    while (!isStopped()) {
      LockSupport.parkNanos(1_000_000);
    }
  }

  public void goOn() throws IOException, InterruptedException {
    signal("-CONT");
  }

  /** As {@code kill -9}; returns when it is gone. */
  public void kill() {
    process.destroyForcibly().onExit().join();
  }

  private void signal(String signal) throws IOException, InterruptedException {
    int exit = new ProcessBuilder("kill", signal, Long.toString(pid())).start().waitFor();
    if (exit != 0) {
      throw new IOException("kill " + signal + " " + pid() + " ended with " + exit);
    }
  }

  private boolean isStopped() throws IOException {
    try (Stream<Path> threads = Files.list(Path.of("/proc/" + pid() + "/task"))) {
      for (Path thread : threads.toList()) {
        String stat = Files.readString(thread.resolve("stat"));
        if (stat.charAt(stat.lastIndexOf(')') + 2) != 'T') {
          return false;
        }
      }
    }
    return true;
  }

  @Override
  public void close() {
    kill();
  }

  /** The other side. */
  public static void main(String[] args) throws IOException, InterruptedException {
    Deque<FileGate.Hold> holds = new ArrayDeque<>();
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      System.out.println(answer(line.split(" ", 3), holds));
    }
  }

  private static String answer(String[] words, Deque<FileGate.Hold> holds)
      throws IOException, InterruptedException {
    switch (words[0]) {
      case "release" -> holds.pop().close();
      case "child" -> {
        return Long.toString(new ProcessBuilder("sleep", "60").start().pid());
      }
      default -> {
        FileGate gate = FileGates.OF_THIS_PROCESS.of(Path.of(words[2]));
        Duration limit = Duration.ofMillis(Long.parseLong(words[1]));
        Optional<FileGate.Hold> hold =
            words[0].equals("shared") ? gate.tryShared(limit) : gate.tryExclusive(limit);
        hold.ifPresent(holds::push);
        return hold.isPresent() ? "held" : "nothing";
      }
    }
    return "free";
  }
}
