package dev.ramtide.producer.capture;

import dev.ramtide.checkpoint.CaptureMode;
import dev.ramtide.producer.qmp.MigrationState;
import dev.ramtide.producer.qmp.QmpClient;
import dev.ramtide.producer.qmp.QmpCommands;
import dev.ramtide.producer.stream.GuestPause;
import dev.ramtide.producer.stream.GuestStateHandler;
import dev.ramtide.qemustream.MalformedStreamException;
import java.io.IOException;
import java.nio.channels.ByteChannel;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One capture of a guest by QMP, from the look at how it stands to the moment at which everything
 * is as it was: the stream of a {@link GuestLoan}.
 */
final class DrivenCapture {
  private static final Logger LOG = LoggerFactory.getLogger(DrivenCapture.class);

  /** From QEMU's last byte to its word that all went well. */
  private static final Duration CONFIRM_TIMEOUT = Duration.ofSeconds(30);

  /** From the end of a stream to QEMU's word why it ended. */
  private static final Duration REASON_TIMEOUT = Duration.ofMillis(300);

  private final QmpClient client;
  private final DriveOptions options;
  private final StreamReading reading;
  private final HoldLedger ledger;
  private final Instant start = Instant.now();
  private final PauseMeter meter = new PauseMeter(start);
  private @Nullable CaptureMode tried;

  DrivenCapture(QmpClient client, DriveOptions options, StreamReading reading, HoldLedger ledger) {
    this.client = client;
    this.ledger = ledger;
    this.options = options;
    this.reading = reading;
  }

  /**
   * @param confirmation what QEMU is told to wait for, if it is to wait at all
   */
  CaptureFacts run(GuestStateHandler handler, Confirmation confirmation)
      throws IOException, InterruptedException {
    // From before the first look: its owner may let a guest go on in between.
    QmpCommands.Subscription events = client.listen(meter::onEvent);
    try {
      return run(new GuestLoan(client, options, ledger, OwnProcess.JVM), handler, confirmation);
    } finally {
      events.close();
    }
  }

  private CaptureFacts run(GuestLoan guest, GuestStateHandler handler, Confirmation confirmation)
      throws IOException, InterruptedException {
    CaptureMode mode;
    MigrationState end;
    // Closed from the last to the first: the guest runs again before anything else is waited for.
    try (CaptureSocket socket =
            CaptureSocket.open(options.socketParent(), client.peer(), guest.multifd().channels());
        MigrationWatch watch = MigrationWatch.of(client, guest.course(), socket);
        guest) {
      mode = guest.take(socket::close);
      tried = mode;
      hold(mode, guest, handler);
      meter.forgetFirst(); // A background snapshot begins now, and its own pause with it.
      guest.migrate(socket.uri(), meter::isOver, meter::wasResumed);
      watch.start();
      ByteChannel stream =
          read(
              socket,
              watch,
              guest.isHeldInBackground()
                  ? new FirstPageSignal(handler, () -> letRun(guest))
                  : handler);
      if (options.confirm()) {
        confirmation.complete(factsSoFar(mode));
        ReturnPath.confirm(stream);
      }
      end = watch.awaitCompleted(CONFIRM_TIMEOUT);
    }
    Duration downtime = Duration.ofMillis(guest.ranBefore() ? Math.max(0, end.downtimeMs()) : 0);
    PauseMeter.Pause pause = meter.pauseOf(mode);
    return new CaptureFacts(mode, start, pause.stopped(), pause.resumed(), pause.length(downtime));
  }

  /** In which the guest was taken, or empty when it did not come to that. */
  Optional<CaptureMode> mode() {
    return Optional.ofNullable(tried);
  }

  /** Of a guest that stands until its checkpoint is in the log, and so cannot tell for how long. */
  private CaptureFacts factsSoFar(CaptureMode mode) {
    Instant since = meter.standingSince();
    Instant now = Instant.now();
    return new CaptureFacts(mode, start, since, now, Duration.between(since, now));
  }

  /** Stops the guest where that comes first, and tells of it whoever wants it to be held. */
  private void hold(CaptureMode mode, GuestLoan guest, GuestStateHandler handler)
      throws IOException, InterruptedException {
    if (mode == CaptureMode.LIVE) {
      guest.course().beforeSwitchover(() -> tellPaused(mode, handler));
    } else {
      guest.stop();
      tellPaused(mode, handler);
    }
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
  private static void letRun(GuestLoan guest) {
    Thread thread =
        new Thread(
            () -> {
              try {
                guest.resumeForGood();
              } catch (IOException | InterruptedException e) {
                LOG.debug("the guest is let go at the end of the capture", e);
              }
            },
            "guest-resume");
    thread.setDaemon(true);
    thread.start();
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

  static InterruptedException interrupted(ClosedChannelException cause) {
    Thread.interrupted();
    InterruptedException interrupted = new InterruptedException("the capture was interrupted");
    interrupted.initCause(cause);
    return interrupted;
  }
}
