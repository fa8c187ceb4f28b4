package dev.ramtide.deploy.demo;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The broker, the agent and the sinks of a run, each a process of its own. When this is closed, or
 * the demonstration is told to end, neither they nor their files are left.
 */
final class DemoProcesses implements AutoCloseable {
  static final String VM = "demo";

  private static final String BROKER_HEAP = "512m";
  private static final List<String> HEAP = List.of("-Xmx256m");
  private static final Duration RESTORE_TIMEOUT = Duration.ofSeconds(90);

  private final WorkDirectory work;
  private final VerbGroup verbs;
  private String broker = "";

  DemoProcesses(WorkDirectory work) {
    this.work = work;
    this.verbs = new VerbGroup("demo", work);
  }

  /**
   * Starts the broker; everything else needs it.
   *
   * @return its address
   */
  String startBroker() throws IOException, InterruptedException {
    broker = verbs.startBroker(BROKER_HEAP);
    return broker;
  }

  /** A member of the site's group; all of them share one directory of images. */
  ChildVerb startSink(String name) throws IOException {
    return start(
        name,
        List.of("sink", "--images", images().toString(), "--vm", VM, "--bootstrap-server", broker));
  }

  ChildVerb startAgent(Path qmp, Duration interval) throws IOException {
    return start(
        "agent",
        List.of(
            "agent",
            "--vm",
            VM,
            "--qmp",
            qmp.toString(),
            "--interval",
            interval.toSeconds() + "s",
            "--json",
            "--bootstrap-server",
            broker));
  }

  /** Makes a file of a checkpoint from the log alone. */
  Path restore(long checkpoint) throws IOException, InterruptedException {
    Path output = work.path().resolve("checkpoint-" + checkpoint + ".img");
    start(
            "restore",
            List.of(
                "restore",
                "--vm",
                VM,
                "--checkpoint",
                Long.toString(checkpoint),
                "-o",
                output.toString(),
                "--bootstrap-server",
                broker))
        .awaitSuccess(RESTORE_TIMEOUT);
    return output;
  }

  private Path images() throws IOException {
    return work.directory("images");
  }

  /** Where the sinks keep this VM. */
  Path imageDirectory() throws IOException {
    return images().resolve(VM);
  }

  private ChildVerb start(String name, List<String> words) throws IOException {
    return verbs.start(name, HEAP, words);
  }

  @Override
  public void close() throws IOException {
    verbs.close();
  }
}
