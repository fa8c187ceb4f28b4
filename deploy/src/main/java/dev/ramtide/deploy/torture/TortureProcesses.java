package dev.ramtide.deploy.torture;

import dev.ramtide.deploy.demo.ChildVerb;
import dev.ramtide.deploy.demo.WorkDirectory;
import dev.ramtide.deploy.embedded.Cluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How the processes of a run are started, and the disk that they share. When this is closed, or the
 * run is told to end, neither they nor the mounted disk are left, nor their files unless somebody
 * is to look at them.
 */
final class TortureProcesses implements AutoCloseable {
  static final String VM = "torture";

  private static final String HEAP = "-Xmx256m";

  private final WorkDirectory work;
  private final Cluster cluster;
  private final List<ChildVerb> children = new ArrayList<>();
  private final Thread onExit = new Thread(this::removeOnExit, "torture-remove");
  private @Nullable SmallDisk disk;
  private boolean removed;

  TortureProcesses(WorkDirectory work, Cluster cluster) {
    this.work = work;
    this.cluster = cluster;
    Runtime.getRuntime().addShutdownHook(onExit);
  }

  /** Mounts what the images lie on. */
  synchronized SmallDisk mountDisk(int sizeMib) throws IOException, InterruptedException {
    requireNotRemoved();
    SmallDisk mounted = SmallDisk.mount(work.directory("disk"), sizeMib);
    disk = mounted;
    return mounted;
  }

  /**
   * @param node from 1
   */
  ChildVerb broker(int node) throws IOException {
    Path data = work.path().resolve("kafka-" + node);
    return start(
        "broker-" + node,
        "kafka",
        "--data",
        data.toString(),
        "--cluster",
        cluster.toString(),
        "--node",
        Integer.toString(node));
  }

  ChildVerb sink(String name) throws IOException {
    return start(name, withBrokers("sink", "--images", work.path().resolve("disk").toString()));
  }

  ChildVerb agent(String name, Path qmp, String mode) throws IOException {
    return start(
        name,
        withBrokers(
            "agent",
            "--qmp",
            qmp.toString(),
            "--mode",
            mode,
            "--interval",
            "2s",
            "--keyframe-interval",
            "5",
            "--replication-factor",
            "3",
            "--json"));
  }

  /** Has the log forget what is old. */
  ChildVerb prune(int keep) throws IOException {
    return start("prune", withBrokers("prune", "--keep", Integer.toString(keep)));
  }

  private String[] withBrokers(String... words) {
    return Stream.concat(
            Arrays.stream(words),
            Stream.of("--vm", VM, "--bootstrap-server", cluster.bootstrapServers()))
        .toArray(String[]::new);
  }

  private synchronized ChildVerb start(String name, String... words) throws IOException {
    requireNotRemoved();
    children.removeIf(child -> !child.isAlive());
    ChildVerb child =
        ChildVerb.start(
            work.directory("logs").resolve(name + ".log"),
            List.of(
                HEAP,
                "-XX:TieredStopAtLevel=1", // They are started more often than they work long.
                "-Djava.io.tmpdir=" + work.scratch(),
                "-Djna.tmpdir=" + work.scratch()),
            List.of(words));
    children.add(child);
    return child;
  }

  private void requireNotRemoved() throws IOException {
    if (removed) {
      throw new IOException("the run was interrupted");
    }
  }

  /** Whether it was told to end, and nothing is left any more. */
  synchronized boolean isRemoved() {
    return removed;
  }

  /** How often a text stands in the logs of those whose name begins so. */
  synchronized long countInLogs(String beginning, String text) throws IOException {
    if (removed) {
      return 0;
    }
    long count = 0;
    try (Stream<Path> logs = Files.list(work.directory("logs"))) {
      for (Path log : logs.toList()) {
        if (String.valueOf(log.getFileName()).startsWith(beginning)) {
          count += Files.readAllLines(log).stream().filter(line -> line.contains(text)).count();
        }
      }
    }
    return count;
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
    if (removed) {
      return;
    }
    removed = true;
    children.forEach(ChildVerb::kill);
    SmallDisk mounted = disk;
    if (mounted != null) {
      if (work.isKept()) {
        mounted.copyTo(work.directory("images"));
      }
      mounted.close();
    }
    work.remove();
  }

  private void removeOnExit() {
    try {
      remove();
    } catch (IOException e) {
      System.err.println("ramtide torture: cannot clear up: " + e.getMessage());
    }
  }
}
