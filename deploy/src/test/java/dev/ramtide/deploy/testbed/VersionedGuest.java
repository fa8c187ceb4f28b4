package dev.ramtide.deploy.testbed;

import dev.ramtide.deploy.demo.GuestProgram;
import dev.ramtide.producer.qmp.MigrationState;
import dev.ramtide.producer.qmp.Qemu;
import dev.ramtide.producer.qmp.QmpClient;
import dev.ramtide.producer.qmp.QmpObject;
import dev.ramtide.producer.qmp.RunState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A guest of ours on a QEMU and a machine of a chosen version, so that it can go from one QEMU to
 * another.
 */
public final class VersionedGuest implements AutoCloseable {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final Duration CONVERGENCE = Duration.ofSeconds(15);
  private static final int DISK_BYTES = 1 << 20;
  private static final int MEMORY_MIB = 128;

  private final Path directory;
  private final Process process;
  private final QmpClient client;

  private VersionedGuest(Path directory, Process process, QmpClient client) {
    this.directory = directory;
    this.process = process;
    this.client = client;
  }

  /**
   * @param directory of its own, with a short path: it holds sockets
   * @param more arguments, such as {@code -incoming}
   */
  public static VersionedGuest start(
      QemuBinary qemu, String machine, GuestProgram program, Path directory, String... more)
      throws IOException, InterruptedException {
    Files.createDirectories(directory);
    Path disk =
        Files.write(directory.resolve("disk.img"), Arrays.copyOf(program.bootSector(), DISK_BYTES));
    List<String> command = new ArrayList<>(qemu.command());
    command.addAll(List.of("-nodefaults", "-no-user-config", "-display", "none", "-accel", "tcg"));
    command.addAll(List.of("-M", machine, "-m", Integer.toString(MEMORY_MIB)));
    for (String socket : List.of("control", "agent")) {
      command.addAll(List.of("-qmp", "unix:" + directory.resolve(socket) + ",server=on,wait=off"));
    }
    command.addAll(
        List.of("-drive", "file=" + disk + ",format=raw,if=none,id=disk,readonly=on", "-device"));
    command.add("virtio-blk-pci,drive=disk,bootindex=1");
    command.addAll(List.of(more));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("stderr").toFile());
    builder.environment().putAll(qemu.environment());
    Process process = builder.start();
    return new VersionedGuest(directory, process, connect(process, directory));
  }

  private static QmpClient connect(Process process, Path directory)
      throws IOException, InterruptedException {
    long deadlineNanos = System.nanoTime() + SOON.toNanos();
    while (true) {
      try {
        return QmpClient.connect(directory.resolve("control"));
      } catch (IOException e) {
        if (!process.isAlive() || System.nanoTime() > deadlineNanos) {
          process.destroyForcibly();
          throw new IOException(Files.readString(directory.resolve("stderr")), e);
        }
        Thread.sleep(20);
      }
    }
  }

  /** The control socket that is free. */
  public Path agentSocket() {
    return directory.resolve("agent");
  }

  public String version() {
    return client.qemuVersion();
  }

  /** What QEMU said. */
  public String stderr() throws IOException {
    return Files.readString(directory.resolve("stderr"));
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  public RunState status() throws IOException, InterruptedException {
    return new Qemu(client).runState();
  }

  public void execute(String command) throws IOException, InterruptedException {
    client.execute(command);
  }

  /** Sets parameters and capabilities, for whoever migrates it. */
  public void prepareMigration(Set<String> capabilities, Map<String, ?> parameters)
      throws IOException, InterruptedException {
    Qemu qemu = new Qemu(client);
    qemu.setCapabilities(
        capabilities.stream().collect(Collectors.toMap(name -> name, name -> true)));
    qemu.setParameters(parameters);
  }

  /** Capabilities and parameters. */
  public List<QmpObject> migrationSettings() throws IOException, InterruptedException {
    return List.of(
        client.execute("query-migrate-capabilities"), client.execute("query-migrate-parameters"));
  }

  /** How often the last migration went over all memory. */
  public long passesOverMemory() throws IOException, InterruptedException {
    return client.execute("query-migrate").object("ram").number("dirty-sync-count");
  }

  /**
   * Sends itself somewhere; returns what became of it. On a machine that compresses more slowly
   * than the guest writes it is stopped after a while for as long as the rest takes.
   */
  public MigrationState migrateTo(String uri) throws IOException, InterruptedException {
    Qemu qemu = new Qemu(client);
    qemu.migrate(uri);
    long patienceNanos = System.nanoTime() + CONVERGENCE.toNanos();
    await(
        "end of the migration",
        () -> {
          if (System.nanoTime() > patienceNanos) {
            qemu.setParameters(Map.of("downtime-limit", SOON.toMillis()));
          }
          return qemu.migration().isOver();
        });
    return qemu.migration();
  }

  /** Waits until the guest has filled its memory and counts. */
  public void awaitMarker() throws IOException, InterruptedException {
    await("its marker", () -> readDword(GuestProgram.MARKER_ADDRESS) == GuestProgram.MARKER);
  }

  /** Waits until it stands, with what it was sent in its memory. */
  public void awaitLoaded() throws IOException, InterruptedException {
    await("a state", () -> !status().name().equals("inmigrate"));
  }

  /** Waits for one more pass of the guest: it runs on. */
  public void awaitNextPass() throws IOException, InterruptedException {
    int passes = readDword(GuestProgram.PASS_ADDRESS);
    await("another pass", () -> readDword(GuestProgram.PASS_ADDRESS) - passes > 1);
  }

  /** A dword of its physical memory. */
  public int readDword(long address) throws IOException, InterruptedException {
    String command = "xp /1wx 0x" + Long.toHexString(address);
    String text =
        client
            .execute("human-monitor-command", Map.of("command-line", command))
            .text("text")
            .strip();
    return Integer.parseUnsignedInt(text.substring(text.lastIndexOf("0x") + 2), 16);
  }

  /** All its memory, by QEMU itself. */
  public Path saveMemory(String name) throws IOException, InterruptedException {
    Path file = directory.resolve(name);
    client.execute(
        "pmemsave", Map.of("val", 0, "size", (long) MEMORY_MIB << 20, "filename", file.toString()));
    return file;
  }

  private interface Condition {
    boolean holds() throws IOException, InterruptedException;
  }

  private void await(String what, Condition condition) throws IOException, InterruptedException {
    long deadlineNanos = System.nanoTime() + SOON.toNanos();
    while (!condition.holds()) {
      if (System.nanoTime() > deadlineNanos) {
        throw new IOException("no " + what + " within " + SOON + ": " + stderr());
      }
      Thread.sleep(10);
    }
  }

  @Override
  public void close() throws IOException {
    client.close();
    process.destroyForcibly().onExit().join();
  }
}
