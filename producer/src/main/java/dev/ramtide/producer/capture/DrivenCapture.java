package dev.ramtide.producer.capture;

import dev.ramtide.checkpoint.CaptureMode;
import dev.ramtide.producer.qmp.MigrationState;
import dev.ramtide.producer.qmp.Qemu;
import dev.ramtide.producer.qmp.QmpClient;
import dev.ramtide.producer.qmp.QmpException;
import dev.ramtide.producer.qmp.RunState;
import dev.ramtide.producer.stream.GuestPause;
import dev.ramtide.producer.stream.GuestStateHandler;
import dev.ramtide.qemustream.MalformedStreamException;
import java.io.IOException;
import java.nio.channels.ByteChannel;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One capture of a guest by QMP, from the look at how it stands to the moment at which everything
 * is as it was.
 *
 * <p>What QEMU 10.0.2 does with a guest in each mode:
 *
 * <pre>
 *   background, running   STOP, RESUME (1 to 7 ms) at the start, pages, completed;  runs on by itself
 *   background, paused    pages, completed;                                         stays paused
 *   live, running         pages, STOP, the rest, completed;                         postmigrate until cont
 *   plain, paused         pages, completed;                                         postmigrate until cont
 *   any, reader gone      failed;                                                   back to what it was
 * </pre>
 *
 * Nothing leads from postmigrate back to paused but letting the guest run for a moment, and a guest
 * in postmigrate is not migrated again. Therefore a paused guest is captured in the background,
 * whatever mode was asked for.
 */
final class DrivenCapture {
  private static final Logger LOG = LoggerFactory.getLogger(DrivenCapture.class);

  /** From QEMU's last byte to its word that all went well. */
  private static final Duration CONFIRM_TIMEOUT = Duration.ofSeconds(30);

  /** From the end of a stream to QEMU's word why it ended. */
  private static final Duration REASON_TIMEOUT = Duration.ofMillis(300);

  private static final Duration NO_LIMIT = Duration.ofDays(365);

  private final QmpClient client;
  private final Qemu qemu;
  private final DriveOptions options;
  private final StreamReading reading;
  private final HoldLedger ledger;
  private final Instant start = Instant.now();
  private final PauseMeter meter = new PauseMeter(start);

  DrivenCapture(QmpClient client, DriveOptions options, StreamReading reading, HoldLedger ledger) {
    this.client = client;
    this.ledger = ledger;
    this.qemu = new Qemu(client);
    this.options = options;
    this.reading = reading;
  }

  /**
   * @param confirmation what QEMU is told to wait for, if it is to wait at all
   */
  CaptureFacts run(GuestStateHandler handler, Confirmation confirmation)
      throws IOException, InterruptedException {
    RunState before = qemu.runState();
    refuseWhatCannotMigrate(before, qemu.migration());
    MigrationSettings settings = MigrationSettings.of(qemu, ledger);
    // One that stands is captured in the background.
    MultifdOptions multifd = before.running() ? options.multifd() : MultifdOptions.NONE;
    CaptureMode mode;
    MigrationState end;
    // Closed from the last to the first: the guest runs again before anything else is waited for.
    try (CaptureSocket socket =
            CaptureSocket.open(options.socketParent(), client.peer(), multifd.channels());
        MigrationWatch watch = MigrationWatch.of(client, settings, socket, meter);
        GuestRelease release = new GuestRelease(qemu, before, settings, ledger, socket::close)) {
      release.arm();
      mode = prepare(before, settings, multifd);
      boolean heldByUs = hold(mode, before, watch, handler);
      boolean heldByQemu = mode == CaptureMode.BACKGROUND && !heldByUs;
      if (heldByQemu) {
        release.leaveToQemu(meter::isOver);
      }
      release.migrate(socket.uri());
      // A background snapshot that is completed has let its guest go on, or found it stopped by its
      // owner.
      watch.start(
          heldByQemu ? () -> release.leaveToQemu(() -> true) : release::resume,
          mode == CaptureMode.LIVE ? options.liveLimit() : NO_LIMIT);
      ByteChannel stream =
          read(
              socket,
              watch,
              heldByUs ? new FirstPageSignal(handler, () -> letRun(release)) : handler);
      if (options.confirm()) {
        confirmation.complete(factsSoFar(mode));
        ReturnPath.confirm(stream);
      }
      end = watch.awaitCompleted(CONFIRM_TIMEOUT);
    }
    Duration downtime = Duration.ofMillis(before.running() ? Math.max(0, end.downtimeMs()) : 0);
    PauseMeter.Pause pause = meter.pauseOf(mode);
    return new CaptureFacts(mode, start, pause.stopped(), pause.resumed(), pause.length(downtime));
  }

  /** Of a guest that stands until its checkpoint is in the log, and so cannot tell for how long. */
  private CaptureFacts factsSoFar(CaptureMode mode) {
    Instant since = meter.standingSince();
    Instant now = Instant.now();
    return new CaptureFacts(mode, start, since, now, Duration.between(since, now));
  }

  private static void refuseWhatCannotMigrate(RunState state, MigrationState migration)
      throws IOException {
    if (!migration.isOver()) {
      throw new IOException(
          "QEMU is migrating already (status "
              + migration.status()
              + "): wait for that, or cancel it");
    }
    switch (state.name()) {
      case "postmigrate" ->
          throw new IOException(
              "the guest stands in 'postmigrate': a migration of it was completed, somebody's or, where"
                  + " QEMU has no background snapshot, our capture of a guest that stood. It is captured"
                  + " again after 'cont' (and then 'stop', if it is to stand)");
      case "inmigrate" ->
          throw new IOException("this QEMU waits for an incoming migration: it has no guest yet");
      case "running", "paused" -> {}
      default -> {
        // QEMU 10.0.2 aborts, and the guest with it, when a background snapshot begins in
        // prelaunch:
        // to 'paused' leads no way from there, nor from other rare states.
        if (!state.running()) {
          throw new IOException(
              "the guest stands in '"
                  + state.name()
                  + "', in which QEMU cannot be asked for a"
                  + " snapshot without danger to it: say 'cont' (and then 'stop', if it is to stand)");
        }
      }
    }
  }

  /** Sets QEMU up, and pauses the guest where that comes first. */
  private CaptureMode prepare(RunState before, MigrationSettings settings, MultifdOptions multifd)
      throws IOException, InterruptedException {
    DriveMode wanted = options.mode();
    if (options.confirm()) {
      refuseWhatCannotBeConfirmed(before);
    }
    boolean background =
        !before.running() && !options.confirm()
            || wanted == DriveMode.BACKGROUND
            || wanted == DriveMode.AUTO && !options.confirm() && !multifd.areUsed();
    if (background && prepareBackground(settings)) {
      return before.running() || wanted == DriveMode.BACKGROUND
          ? CaptureMode.BACKGROUND
          : CaptureMode.STOP;
    }
    boolean stop = wanted == DriveMode.STOP || !before.running();
    boolean held = options.holdGuest() && !stop;
    Set<String> capabilities = new HashSet<>();
    if (held) {
      capabilities.add(MigrationSettings.PAUSE_BEFORE_SWITCHOVER);
    }
    if (options.confirm()) {
      capabilities.add(MigrationSettings.RETURN_PATH);
    }
    if (multifd.areUsed()) {
      capabilities.add(MigrationSettings.MULTIFD);
    }
    settings.apply(capabilities);
    if (multifd.areUsed()) {
      settings.setParameter("multifd-channels", multifd.channels());
      settings.setParameter(
          "multifd-compression", multifd.compression().name().toLowerCase(Locale.ROOT));
    }
    return stop ? CaptureMode.STOP : CaptureMode.LIVE;
  }

  private void refuseWhatCannotBeConfirmed(RunState before)
      throws IOException, InterruptedException {
    if (!before.running()) {
      throw new IOException(
          "the guest stands, and is captured by a background snapshot, which has no return path:"
              + " leave --confirm out, or let the guest run");
    }
    if (!qemu.describesDevices()) {
      throw new IOException(
          "the machine runs with suppress-vmdesc=on: nothing would mark the end of a stream that"
              + " QEMU keeps open. Leave --confirm out, or that option");
    }
  }

  /**
   * Stops the guest where that comes first, and tells of it whoever wants it to be held.
   *
   * <p>QEMU's own pause in the background is too short for anybody, so a guest that is to be held
   * is stopped by us before the snapshot; live, QEMU holds it before the switchover.
   *
   * @return whether the guest was stopped by us and may run on with the first page
   */
  private boolean hold(
      CaptureMode mode, RunState before, MigrationWatch watch, GuestStateHandler handler)
      throws IOException, InterruptedException {
    if (mode == CaptureMode.LIVE) {
      watch.beforeSwitchover(() -> tellPaused(mode, handler));
      return false;
    }
    boolean background = mode == CaptureMode.BACKGROUND;
    if (before.running() && (!background || options.holdGuest())) {
      qemu.stop();
    }
    tellPaused(mode, handler);
    return background && before.running() && options.holdGuest();
  }

  private void tellPaused(CaptureMode mode, GuestStateHandler handler) throws InterruptedException {
    if (options.holdGuest()) {
      handler.paused(new GuestPause(mode, meter.standingSince()));
    }
  }

  /**
   * From a thread of its own: as it lets the guest go on QEMU touches memory that it has protected,
   * and waits until we have read that page. If it fails, the end of the capture tries again.
   */
  private static void letRun(GuestRelease release) {
    Thread thread =
        new Thread(
            () -> {
              try {
                release.resumeForGood();
              } catch (IOException | InterruptedException e) {
                LOG.debug("the guest is let go at the end of the capture", e);
              }
            },
            "guest-resume");
    thread.setDaemon(true);
    thread.start();
  }

  private boolean prepareBackground(MigrationSettings settings)
      throws IOException, InterruptedException {
    String why = "this version does not know it";
    if (settings.knows(MigrationSettings.BACKGROUND_SNAPSHOT)) {
      try {
        settings.apply(Set.of(MigrationSettings.BACKGROUND_SNAPSHOT));
        return true;
      } catch (QmpException e) {
        why = e.description();
      }
    }
    if (options.mode() == DriveMode.BACKGROUND) {
      throw new IOException(
          "QEMU cannot take a background snapshot here (" + why + "): use --mode live or auto");
    }
    return false;
  }

  private ByteChannel read(CaptureSocket socket, MigrationWatch watch, GuestStateHandler handler)
      throws IOException, InterruptedException {
    try {
      MigrationConnections connections = socket.connections();
      ByteChannel stream = connections.awaitMain();
      reading.read(stream, connections, handler);
      return stream;
    } catch (ClosedByInterruptException e) {
      throw interrupted(e);
    } catch (IOException e) {
      if (isEndOfStream(e) && watch.hasFailed(REASON_TIMEOUT)) {
        throw reasonOfQemu(watch, e);
      }
      throw e;
    }
  }

  /**
   * Whether the failure may be QEMU's. Where we refuse something QEMU fails too, but only because
   * we hang up; and the handler's own failures are not worth a paused guest's time.
   */
  private static boolean isEndOfStream(IOException e) {
    return e instanceof MalformedStreamException malformed && malformed.isTruncation()
        || e instanceof ClosedChannelException;
  }

  /** Where QEMU gave up, its reason says more than our broken stream. */
  private static IOException reasonOfQemu(MigrationWatch watch, IOException seen)
      throws InterruptedException {
    try {
      watch.awaitCompleted(Duration.ZERO);
      return seen;
    } catch (IOException reason) {
      reason.addSuppressed(seen);
      return reason;
    }
  }

  static InterruptedException interrupted(ClosedByInterruptException cause) {
    Thread.interrupted();
    InterruptedException interrupted = new InterruptedException("the capture was interrupted");
    interrupted.initCause(cause);
    return interrupted;
  }
}
