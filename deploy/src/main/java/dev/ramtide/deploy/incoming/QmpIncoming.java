package dev.ramtide.deploy.incoming;

import dev.ramtide.producer.qmp.MigrationState;
import dev.ramtide.producer.qmp.Qemu;
import dev.ramtide.producer.qmp.QmpClient;
import dev.ramtide.producer.qmp.QmpException;
import dev.ramtide.producer.qmp.RunState;
import dev.ramtide.sink.restore.IncomingAddress;
import dev.ramtide.sink.restore.WaitingQemu;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A {@link WaitingQemu} by QMP. It is told to listen on a unix socket beside its control socket:
 * QEMU has made a socket there before, so it may, and who may reach the one may command the guest
 * by the other anyway. It reads no file of ours.
 */
public final class QmpIncoming implements WaitingQemu {
  private static final Logger LOG = LoggerFactory.getLogger(QmpIncoming.class);
  private static final String INMIGRATE = "inmigrate";
  private static final String MACHINE_SUFFIX = "-machine";
  private static final int LONGEST_SOCKET_BYTES = 107;
  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final long LOOK_EVERY_MS = 5;

  /** With these on, QEMU would expect another form of stream. */
  private static final Set<String> OTHER_FORMS = Set.of("mapped-ram", "multifd", "x-ignore-shared");

  private final QmpClient client;
  private final Qemu qemu;
  private final Path socket;
  private final Map<String, Boolean> turnedOff = new LinkedHashMap<>();
  private final Thread removal = new Thread(this::brokenOff, "incoming-broken-off");
  private volatile @Nullable Path listening;

  private QmpIncoming(Path socket, QmpClient client) {
    this.socket = socket.toAbsolutePath();
    this.client = client;
    this.qemu = new Qemu(client);
  }

  /**
   * @throws IOException no QEMU is there, or it waits for nothing
   */
  public static WaitingQemu connect(Path socket) throws IOException, InterruptedException {
    QmpIncoming incoming = new QmpIncoming(socket, QmpClient.connect(socket));
    try {
      incoming.requireWaiting();
      return incoming;
    } catch (IOException | InterruptedException | RuntimeException e) {
      incoming.close();
      throw e;
    }
  }

  private void requireWaiting() throws IOException, InterruptedException {
    RunState state = qemu.runState();
    if (!state.name().equals(INMIGRATE)) {
      throw new IOException(
          "the QEMU at "
              + socket
              + " is "
              + state.name()
              + " and waits for nothing. Start one with the guest's own arguments and -incoming defer");
    }
    String status = qemu.migration().status();
    if (status.equals("failed")) {
      throw new IOException(
          "the QEMU at "
              + socket
              + " has failed to load something before, and can load nothing more. Start it anew with -incoming defer");
    }
    if (!status.equals("none")) {
      throw new IOException(
          "the QEMU at "
              + socket
              + " is loading something already ("
              + status
              + "). Start it with -incoming defer");
    }
  }

  @Override
  public String version() {
    return client.qemuVersion();
  }

  @Override
  public String machineType() throws IOException, InterruptedException {
    String type =
        client.execute("qom-get", Map.of("path", "/machine", "property", "type")).text("text");
    return type.endsWith(MACHINE_SUFFIX)
        ? type.substring(0, type.length() - MACHINE_SUFFIX.length())
        : type;
  }

  @Override
  public IncomingAddress listen() throws IOException, InterruptedException {
    Path path =
        socket.resolveSibling(
            "." + socket.getFileName() + "." + Long.toString(ProcessHandle.current().pid(), 36));
    if (path.toString().getBytes(StandardCharsets.UTF_8).length > LONGEST_SOCKET_BYTES) {
      throw new IOException(
          path + " is too long for a unix socket: give QEMU a control socket with a shorter path");
    }
    turnOffOtherForms();
    Map<String, Object> arguments = new LinkedHashMap<>();
    arguments.put("uri", "unix:" + path);
    if (staysWhenItFails()) {
      arguments.put("exit-on-error", false); // Else it ends before anybody can ask it why.
    }
    listening = path;
    Runtime.getRuntime().addShutdownHook(removal); // Ctrl-C leaves no socket behind.
    try {
      client.execute("migrate-incoming", arguments);
    } catch (QmpException e) {
      throw new IOException(
          "the QEMU at " + socket + " does not listen at " + path + ": " + e.getMessage(), e);
    }
    return new IncomingAddress.Unix(path);
  }

  private void turnOffOtherForms() throws IOException, InterruptedException {
    Map<String, Boolean> off = new LinkedHashMap<>();
    qemu.capabilities()
        .forEach(
            (name, on) -> {
              if (on && OTHER_FORMS.contains(name)) {
                turnedOff.put(name, true);
                off.put(name, false);
              }
            });
    if (!off.isEmpty()) {
      qemu.setCapabilities(off);
    }
  }

  /** {@code exit-on-error} came with 9.1. */
  private boolean staysWhenItFails() {
    List<Integer> version = List.of(version().split("\\.")).stream().map(Integer::valueOf).toList();
    return version.get(0) > 9 || version.get(0) == 9 && version.get(1) >= 1;
  }

  @Override
  public Loaded awaitLoaded() throws IOException, InterruptedException {
    long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < deadlineNanos) {
      MigrationState migration = migration();
      RunState state = migration.isCompleted() ? qemu.runState() : new RunState(INMIGRATE, false);
      if (!state.name().equals(INMIGRATE)) {
        return new Loaded(state.name(), state.running());
      }
      requireNotFailed(migration);
      Thread.sleep(LOOK_EVERY_MS);
    }
    throw new IOException(
        "the QEMU at "
            + socket
            + " did not finish loading within "
            + PATIENCE.toMinutes()
            + " min after the last byte: "
            + migration().status());
  }

  @Override
  public void requireNotFailed(Duration patience) throws IOException, InterruptedException {
    long deadlineNanos = System.nanoTime() + patience.toNanos();
    while (System.nanoTime() < deadlineNanos) {
      requireNotFailed(migration());
      Thread.sleep(LOOK_EVERY_MS);
    }
  }

  private void requireNotFailed(MigrationState migration) throws IOException, InterruptedException {
    if (migration.isOver() && !migration.isCompleted() && !migration.status().equals("none")) {
      throw failed(migration);
    }
  }

  private MigrationState migration() throws IOException, InterruptedException {
    try {
      return qemu.migration();
    } catch (QmpException e) {
      throw e;
    } catch (IOException e) {
      throw new IOException(
          "the QEMU at " + socket + " ended while it loaded, and its stderr says why", e);
    }
  }

  /** What it has loaded halfway nobody may run: it ends, as it would have by itself. */
  private IOException failed(MigrationState migration) throws InterruptedException {
    String reason = migration.error().orElse("it gave no reason");
    try {
      client.execute("quit");
    } catch (IOException e) {
      // It is gone, which is what was asked for.
    }
    return new IOException(
        "the QEMU at "
            + socket
            + " could not load the checkpoint: "
            + reason
            + " (its stderr says more). It has ended");
  }

  @Override
  public void close() throws IOException {
    try {
      if (!turnedOff.isEmpty() && client.isOpen()) {
        qemu.setCapabilities(turnedOff);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      client.close();
      removeSocket();
      forgetRemoval();
    }
  }

  private void brokenOff() {
    removeSocket();
    LOG.atWarn()
        .addKeyValue("qmp", socket)
        .log(
            "a QEMU was left in the middle of loading, and can load nothing more: end it, and start it anew with"
                + " -incoming defer");
  }

  private void removeSocket() {
    try {
      Path path = listening;
      if (path != null) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      // QEMU removes it too, as soon as it has ended; it is empty, and nobody listens.
    }
  }

  private void forgetRemoval() {
    try {
      Runtime.getRuntime().removeShutdownHook(removal);
    } catch (IllegalStateException e) {
      // The process ends, and the hook does the same.
    }
  }
}
