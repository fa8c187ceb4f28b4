package dev.ramtide.deploy.demo;

import dev.ramtide.producer.qmp.MigrationState;
import dev.ramtide.producer.qmp.Qemu;
import dev.ramtide.producer.qmp.QmpClient;
import dev.ramtide.producer.qmp.QmpCommands;
import dev.ramtide.producer.qmp.QmpEvent;
import dev.ramtide.producer.qmp.QmpObject;
import dev.ramtide.producer.qmp.RunState;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A real QEMU with a guest of ours, for the demonstration and the tests.
 *
 * <p>It has two control sockets: one is used here, the other is for an agent. One owner thread.
 */
public final class QemuGuest implements PhysicalMemory, AutoCloseable {
  private static final Duration MIGRATION_TIMEOUT = Duration.ofMinutes(2);

  private final GuestSpec spec;
  private final QemuProcess process;
  private final QmpClient client;
  private final Qemu qemu;

  private QemuGuest(GuestSpec spec, QemuProcess process, QmpClient client) {
    this.spec = spec;
    this.process = process;
    this.client = client;
    this.qemu = new Qemu(client);
  }

  /** Starts the guest; its program runs from now on. */
  public static QemuGuest start(GuestSpec spec) throws IOException, InterruptedException {
    return start(spec, false);
  }

  /** Starts a QEMU that waits for a state to load; its guest then stands until {@link #cont}. */
  public static QemuGuest startIncoming(GuestSpec spec) throws IOException, InterruptedException {
    return start(spec, true);
  }

  private static QemuGuest start(GuestSpec spec, boolean incoming)
      throws IOException, InterruptedException {
    QemuProcess process = QemuProcess.start(spec, incoming);
    try {
      return new QemuGuest(spec, process, process.connect("control.sock"));
    } catch (IOException | InterruptedException | RuntimeException e) {
      process.close();
      throw e;
    }
  }

  @Override
  public GuestSpec spec() {
    return spec;
  }

  /** The control socket that is free for an agent. */
  public Path agentSocket() {
    return process.directory().resolve("agent.sock");
  }

  public String version() {
    return client.qemuVersion();
  }

  public long pid() {
    return process.pid();
  }

  /** What QEMU complained of so far. */
  public String stderr() throws IOException {
    return process.stderr();
  }

  /** Waits until the guest's memory is filled, and it counts. */
  public void awaitMarker(Duration timeout) throws IOException, InterruptedException {
    await(
        timeout,
        "fill its memory",
        () -> readDword(GuestProgram.MARKER_ADDRESS) == GuestProgram.MARKER);
  }

  /** Waits until the guest has done one more pass than now: it runs, and it counts. */
  public void awaitNextPass(Duration timeout) throws IOException, InterruptedException {
    int passes = readDword(GuestProgram.PASS_ADDRESS);
    await(timeout, "do another pass", () -> readDword(GuestProgram.PASS_ADDRESS) - passes > 1);
  }

  /** Has a guest of {@link GuestProgram#onKey} count in as many hundredths of its pages. */
  public void pressKey(int times, Duration timeout) throws IOException, InterruptedException {
    for (int time = 0; time < times; time++) {
      int before = readDword(GuestProgram.BURST_ADDRESS);
      monitor("sendkey spc 1");
      await(
          timeout,
          "do what the key tells it",
          () -> readDword(GuestProgram.BURST_ADDRESS) != before);
    }
  }

  /** Whether it does more passes, and finds all its memory to be of one moment. */
  public boolean goesOnCounting(Duration timeout) throws IOException, InterruptedException {
    awaitNextPass(timeout);
    return !foundItselfTorn();
  }

  /** Whether a pass of the guest found its memory to be from more than one moment. */
  public boolean foundItselfTorn() throws IOException, InterruptedException {
    return readDword(GuestProgram.ERROR_ADDRESS) != 0;
  }

  public RunState status() throws IOException, InterruptedException {
    return qemu.runState();
  }

  /** The last migration, or the one that goes on. */
  public MigrationState migration() throws IOException, InterruptedException {
    return qemu.migration();
  }

  public void stop() throws IOException, InterruptedException {
    qemu.stop();
  }

  public void cont() throws IOException, InterruptedException {
    qemu.cont();
  }

  /** A dword of the guest's physical memory. */
  public int readDword(long address) throws IOException, InterruptedException {
    // "0000000000000500: 0x600dd00d"
    String text = monitor("xp /1wx 0x" + Long.toHexString(address)).strip();
    int value = text.lastIndexOf("0x");
    if (value < 0) {
      throw new IOException("QEMU's monitor answered '" + text + "'");
    }
    return Integer.parseUnsignedInt(text.substring(value + 2), 16);
  }

  /** A command of the human monitor, with its answer. */
  public String monitor(String command) throws IOException, InterruptedException {
    return client.execute("human-monitor-command", Map.of("command-line", command)).text("text");
  }

  /** Any other command. */
  public QmpObject execute(String command, Map<String, ?> arguments)
      throws IOException, InterruptedException {
    return client.execute(command, arguments);
  }

  /** Hands on what QEMU tells unasked, in a thread of its own, until it is closed. */
  public QmpCommands.Subscription listen(Consumer<QmpEvent> listener) {
    return client.listen(listener);
  }

  /** Writes physical memory to a file. */
  public void savePhysical(long address, long sizeBytes, Path file)
      throws IOException, InterruptedException {
    client.execute(
        "pmemsave",
        Map.of("val", address, "size", sizeBytes, "filename", file.toAbsolutePath().toString()));
  }

  @Override
  public InputStream read(long address, long sizeBytes) throws IOException, InterruptedException {
    Path file = process.directory().resolve("memory");
    savePhysical(address, sizeBytes, file);
    return Files.newInputStream(file, StandardOpenOption.DELETE_ON_CLOSE);
  }

  /** Compares all RAM with that of another guest of this spec; both have to stand. */
  public RamComparison compareAllRam(PhysicalMemory other)
      throws IOException, InterruptedException {
    return RamComparison.of(this, other);
  }

  /**
   * Has QEMU itself save or send its state, and waits for the end. The guest stands in postmigrate
   * then.
   *
   * @param capabilities to be on; all others are off
   */
  public void migrateTo(String uri, Set<String> capabilities)
      throws IOException, InterruptedException {
    setCapabilities(capabilities);
    qemu.setParameters(Map.of("max-bandwidth", 0));
    qemu.migrate(uri);
    awaitMigration();
  }

  /**
   * Loads a mapped-ram file into a QEMU of {@link #startIncoming}; the guest stands then.
   *
   * @throws IOException QEMU refused it, with what it wrote to stderr
   */
  public void loadMappedRam(Path file, boolean multifd) throws IOException, InterruptedException {
    setCapabilities(multifd ? Set.of("mapped-ram", "multifd") : Set.of("mapped-ram"));
    load("file:" + file.toAbsolutePath());
  }

  /** Loads from a URI with the capabilities as they are. */
  public void load(String uri) throws IOException, InterruptedException {
    try {
      client.execute("migrate-incoming", Map.of("uri", uri));
      awaitMigration();
    } catch (IOException e) {
      // A QEMU that cannot load ends itself; why, it says on stderr only.
      throw process.hasExited() ? process.exited() : e;
    }
  }

  /** Ends QEMU as a failing host would. */
  @Override
  public void close() throws IOException {
    try {
      client.close();
    } finally {
      process.close();
    }
  }

  private void setCapabilities(Set<String> wanted) throws IOException, InterruptedException {
    Map<String, Boolean> capabilities = new LinkedHashMap<>();
    qemu.capabilities().keySet().forEach(name -> capabilities.put(name, wanted.contains(name)));
    qemu.setCapabilities(capabilities);
  }

  private void awaitMigration() throws IOException, InterruptedException {
    await(MIGRATION_TIMEOUT, "end the migration", () -> qemu.migration().isOver());
    MigrationState state = qemu.migration();
    if (!state.isCompleted()) {
      throw new IOException(
          "QEMU: "
              + state.status()
              + ": "
              + state.error().orElse("no reason given")
              + " ("
              + stderr()
              + ")");
    }
    if (qemu.runState().name().equals("inmigrate")) {
      await(
          MIGRATION_TIMEOUT,
          "take over the loaded state",
          () -> !qemu.runState().name().equals("inmigrate"));
    }
  }

  @FunctionalInterface
  private interface Condition {
    boolean holds() throws IOException, InterruptedException;
  }

  private void await(Duration timeout, String what, Condition condition)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (!condition.holds()) {
      if (!process.isAlive()) {
        throw process.exited();
      }
      if (System.nanoTime() > deadline) {
        throw new IOException(
            "the guest did not " + what + " within " + timeout.toSeconds() + " s");
      }
      Thread.sleep(5);
    }
  }
}
