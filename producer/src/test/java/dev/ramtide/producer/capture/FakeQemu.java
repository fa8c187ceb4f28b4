package dev.ramtide.producer.capture;

import dev.ramtide.producer.qmp.FakeQmpServer;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * As much of QEMU as a capture meets: run state, migration settings, and a migration that sends
 * {@link #STREAM}.
 *
 * <p>Its clock stands still but for the pause, which lasts {@link #PAUSE_US}.
 */
final class FakeQemu implements AutoCloseable {
  static final byte[] STREAM = "what the guest knows".getBytes(StandardCharsets.US_ASCII);
  static final long PAUSE_US = 1234;

  /** What becomes of a migration. */
  enum Fate {
    COMPLETES,
    FAILS_TO_CONNECT,
    FAILS_IN_ITS_OWN_PAUSE,
    FAILS_HALF_WAY,
    FAILS_AT_THE_END,
    FAILS_WHEN_CUT_OFF,
    STALLS
  }

  final FakeQmpServer qmp;
  final Map<String, Boolean> capabilities = new TreeMap<>();
  final Map<String, Object> parameters = new TreeMap<>();
  private Map<String, Boolean> capabilitiesAtMigrate = Map.of();
  private Map<String, Object> parametersAtMigrate = Map.of();
  private String runState = "running";
  private Map<String, Object> migration = Map.of();
  private Fate fate = Fate.COMPLETES;
  private byte[] stream = STREAM;
  private List<ByteBuffer> channels = List.of();
  private final List<SocketChannel> openChannels = new ArrayList<>();
  private String backgroundRefusal = "";
  private int contRefusals;
  private boolean contWaits;
  private Runnable afterCapabilities = () -> {};
  private boolean toldToGoOn;
  private long clockUs = 1_795_383_134_000_000L;

  FakeQemu(Path socket) throws IOException {
    qmp = new FakeQmpServer(socket);
    for (String name :
        List.of(
            "events",
            "xbzrle",
            "multifd",
            "return-path",
            "background-snapshot",
            "pause-before-switchover")) {
      capabilities.put(name, false);
    }
    parameters.putAll(
        Map.of(
            "max-bandwidth",
            134_217_728,
            "downtime-limit",
            300,
            "tls-creds",
            "",
            "mode",
            "normal"));
    qmp.on("query-status", arguments -> queryStatus());
    qmp.on("stop", arguments -> pause("paused"));
    qmp.on("cont", arguments -> cont());
    qmp.on("query-migrate-capabilities", arguments -> listCapabilities());
    qmp.on("migrate-set-capabilities", this::setCapabilities);
    qmp.on("query-migrate-parameters", arguments -> Map.copyOf(parameters));
    qmp.on("migrate-set-parameters", this::setParameters);
    qmp.on("query-migrate", arguments -> migration());
    qmp.on("migrate", this::migrate);
    qmp.on("migrate-continue", arguments -> goOn());
    qmp.on("migrate_cancel", arguments -> cancel());
  }

  synchronized void fate(Fate next) {
    fate = next;
  }

  /**
   * Another stream than {@link #STREAM}, with what comes through channels beside it, which stay
   * open.
   */
  synchronized void sends(ByteBuffer main, ByteBuffer... others) {
    stream = new byte[main.remaining()];
    main.get(stream);
    channels = List.of(others);
  }

  synchronized void refuseBackground(String why) {
    backgroundRefusal = why;
  }

  /** Runs between the setting of capabilities and the answer. */
  synchronized void afterCapabilities(Runnable step) {
    afterCapabilities = step;
  }

  synchronized void refuseCont(int times) {
    contRefusals = times;
  }

  /** As QEMU's when it touches protected memory, and waits until that page is read. */
  synchronized void contWaitsForTheReaderToHangUp() {
    contWaits = true;
  }

  synchronized void runState(String state) {
    runState = state;
  }

  synchronized String runState() {
    return runState;
  }

  synchronized void migration(Map<String, Object> state) {
    migration = state;
  }

  synchronized Map<String, Boolean> capabilitiesAtMigrate() {
    return capabilitiesAtMigrate;
  }

  synchronized Map<String, Object> parametersAtMigrate() {
    return parametersAtMigrate;
  }

  @Override
  public synchronized void close() throws IOException {
    for (SocketChannel channel : openChannels) {
      channel.close();
    }
    qmp.close();
  }

  private synchronized Object queryStatus() {
    return Map.of("status", runState, "running", runState.equals("running"));
  }

  /**
   * As of a thread that takes a moment to wake: what was told to go on still says that it waits.
   */
  private synchronized Object migration() {
    Map<String, Object> answer = migration;
    if (toldToGoOn) {
      toldToGoOn = false;
      change("device");
      notifyAll();
    }
    return answer;
  }

  private synchronized Object goOn() {
    if (!status().equals("pre-switchover")) {
      throw new IllegalStateException("Migration not in expected state: " + status());
    }
    toldToGoOn = true;
    return Map.of();
  }

  /** Whether it was told to go on. */
  private synchronized boolean waitBeforeSwitchover() throws InterruptedException {
    pause("finish-migrate");
    change("pre-switchover");
    while (status().equals("pre-switchover")) {
      wait();
    }
    return status().equals("device");
  }

  private Object status() {
    return migration.getOrDefault("status", "none");
  }

  void stopByOwner() {
    pause("paused");
  }

  /** If it stands as he left it. */
  synchronized void letGoByOwner() {
    if (runState.equals("paused")) {
      resume();
    }
  }

  private synchronized Object pause(String state) {
    if (runState.equals("running")) {
      qmp.event("STOP", Map.of(), clockUs);
    }
    runState = state;
    return Map.of();
  }

  private synchronized Object cont() throws InterruptedIOException {
    try {
      while (contWaits) {
        wait();
      }
    } catch (InterruptedException e) {
      throw new InterruptedIOException();
    }
    if (contRefusals-- > 0) {
      throw new IllegalStateException("Migration is not finalized yet");
    }
    resume();
    return Map.of();
  }

  private synchronized void resume() {
    clockUs += PAUSE_US;
    runState = "running";
    qmp.event("RESUME", Map.of(), clockUs);
  }

  private synchronized Object listCapabilities() {
    List<Object> list = new ArrayList<>();
    capabilities.forEach((name, on) -> list.add(Map.of("capability", name, "state", on)));
    return list;
  }

  private synchronized Object setCapabilities(Map<String, Object> arguments) {
    Map<String, Boolean> wanted = new LinkedHashMap<>();
    for (Object entry : (List<?>) arguments.get("capabilities")) {
      Map<?, ?> capability = (Map<?, ?>) entry;
      wanted.put((String) capability.get("capability"), (Boolean) capability.get("state"));
    }
    if (wanted.getOrDefault("background-snapshot", false) && !backgroundRefusal.isEmpty()) {
      throw new IllegalStateException(backgroundRefusal);
    }
    capabilities.putAll(wanted);
    afterCapabilities.run();
    return Map.of();
  }

  private synchronized Object setParameters(Map<String, Object> arguments) {
    parameters.putAll(arguments);
    return Map.of();
  }

  private synchronized Object migrate(Map<String, Object> arguments) {
    capabilitiesAtMigrate = Map.copyOf(capabilities);
    parametersAtMigrate = Map.copyOf(parameters);
    change("setup");
    String uri = (String) arguments.get("uri");
    Thread thread =
        new Thread(() -> send(Path.of(uri.substring("unix:".length()))), "fake-migration");
    thread.setDaemon(true);
    thread.start();
    return Map.of();
  }

  private synchronized Object cancel() {
    if (status().equals("active") || status().equals("pre-switchover")) {
      change("cancelled");
      notifyAll();
    }
    return Map.of();
  }

  private void send(Path socket) {
    if (fate == Fate.FAILS_TO_CONNECT) {
      fail("Failed to connect to '" + socket + "': Permission denied");
      return;
    }
    boolean background = capabilities.getOrDefault("background-snapshot", false);
    boolean running = runState().equals("running");
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      change("active");
      if (background && running) {
        pause("paused");
        if (fate == Fate.FAILS_IN_ITS_OWN_PAUSE) { // QEMU leaves the guest as it is then.
          fail("ram_write_tracking_start() failed");
          return;
        }
        resume();
      }
      sendChannels(socket);
      boolean half = fate == Fate.STALLS || fate == Fate.FAILS_HALF_WAY;
      int count = half ? stream.length / 2 : stream.length;
      channel.write(ByteBuffer.wrap(stream, 0, count));
      if (fate == Fate.STALLS) {
        // Until we are cut off, or cancelled.
        channel.read(ByteBuffer.allocate(1));
        return;
      }
      if (fate == Fate.FAILS_WHEN_CUT_OFF) {
        openChannels.get(0).read(ByteBuffer.allocate(1));
        fail("Unable to write to socket: Broken pipe");
        return;
      }
      if (fate != Fate.COMPLETES) {
        fail("Unable to write to socket: No space left on device");
        return;
      }
      if (capabilities.get("pause-before-switchover") && !waitBeforeSwitchover()) {
        return;
      }
      if (!background) {
        pause("postmigrate");
      }
      change("completed");
    } catch (IOException | InterruptedException e) {
      fail("Unable to write to socket: " + e.getMessage());
    } finally {
      hungUp();
    }
  }

  private synchronized void sendChannels(Path socket) throws IOException {
    for (ByteBuffer bytes : channels) {
      SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
      openChannels.add(channel);
      channel.write(bytes);
    }
  }

  private synchronized void hungUp() {
    contWaits = false;
    notifyAll();
  }

  private synchronized void change(String status) {
    migration = Map.of("status", status);
    qmp.event("MIGRATION", Map.of("status", status), clockUs);
  }

  private synchronized void fail(String why) {
    migration = Map.of("status", "failed", "error-desc", why);
    qmp.event("MIGRATION", Map.of("status", "failed"), clockUs);
  }
}
