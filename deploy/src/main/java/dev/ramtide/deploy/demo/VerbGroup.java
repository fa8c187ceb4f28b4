package dev.ramtide.deploy.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Verbs of one run, each a process of its own, in the run's directory. When this is closed, or this
 * process is told to end, neither they nor their files are left.
 */
public final class VerbGroup implements AutoCloseable {
  private static final Duration BROKER_TIMEOUT = Duration.ofSeconds(60);

  private final String owner;
  private final WorkDirectory work;
  private final List<ChildVerb> children = new ArrayList<>();
  private final Thread onExit;

  /**
   * @param owner the verb whose run it is, for messages
   */
  public VerbGroup(String owner, WorkDirectory work) {
    this.owner = owner;
    this.work = work;
    this.onExit = new Thread(this::removeOnExit, owner + "-remove");
    Runtime.getRuntime().addShutdownHook(onExit);
  }

  /** Starts a broker; returns its address. */
  public String startBroker(String heap) throws IOException, InterruptedException {
    Path data = work.directory("kafka");
    ChildVerb broker =
        start(
            "kafka",
            List.of("-Xmx" + heap),
            List.of("kafka", "--data", data.toString(), "--port", "0"));
    return broker.awaitLine("ready:", BROKER_TIMEOUT);
  }

  /**
   * Starts a verb as a user would.
   *
   * @param name of its log
   * @param jvmOptions its heap, and what else is different
   */
  public synchronized ChildVerb start(String name, List<String> jvmOptions, List<String> words)
      throws IOException {
    List<String> options = new ArrayList<>(jvmOptions);
    options.add("-Djava.io.tmpdir=" + work.scratch());
    options.add("-Djna.tmpdir=" + work.scratch());
    Path log = work.directory("logs").resolve(name + ".log");
    ChildVerb child = ChildVerb.start(log, options, words);
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
    work.remove();
  }

  private void removeOnExit() {
    try {
      remove();
    } catch (IOException e) {
      System.err.println("ramtide " + owner + ": cannot clear up: " + e.getMessage());
    }
  }
}
