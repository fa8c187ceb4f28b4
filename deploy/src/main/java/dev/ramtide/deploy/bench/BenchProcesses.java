package dev.ramtide.deploy.bench;

import dev.ramtide.deploy.demo.ChildVerb;
import dev.ramtide.deploy.demo.WorkDirectory;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The broker beside which all is measured, and other verbs; when this is closed, no process and no
 * file is left.
 */
final class BenchProcesses implements AutoCloseable {
  private static final Duration BROKER_TIMEOUT = Duration.ofSeconds(60);

  private final WorkDirectory work;
  private final List<ChildVerb> children = new ArrayList<>();
  private final Thread onExit = new Thread(this::removeOnExit, "bench-remove");

  BenchProcesses(WorkDirectory work) {
    this.work = work;
    Runtime.getRuntime().addShutdownHook(onExit);
  }

  /** Starts a broker; returns its address. */
  String startBroker() throws IOException, InterruptedException {
    Path data = work.directory("kafka");
    ChildVerb broker =
        start("kafka", "1g", List.of("kafka", "--data", data.toString(), "--port", "0"));
    return broker.awaitLine("ready:", BROKER_TIMEOUT);
  }

  /**
   * Starts a verb as a user would.
   *
   * @param name of its log, and no other's
   * @param heap the most that it may use, as the JVM takes it
   */
  synchronized ChildVerb start(String name, String heap, List<String> words) throws IOException {
    ChildVerb child =
        ChildVerb.start(
            work.directory("logs").resolve(name + ".log"),
            List.of(
                "-Xmx" + heap,
                "-Djava.io.tmpdir=" + work.scratch(),
                "-Djna.tmpdir=" + work.scratch()),
            words);
    children.add(child);
    return child;
  }

  @Override
  public void close() throws IOException {
    try {
      Runtime.getRuntime().removeShutdownHook(onExit);
    } catch (IllegalStateException e) {
      // This process is ending: the hook does the same.
    }
    remove();
  }

  private synchronized void remove() throws IOException {
    children.forEach(ChildVerb::askToStop);
    children.forEach(ChildVerb::close);
    children.clear();
    work.remove();
  }

  private void removeOnExit() {
    try {
      remove();
    } catch (IOException e) {
      System.err.println("ramtide bench: cannot clear up: " + e.getMessage());
    }
  }
}
