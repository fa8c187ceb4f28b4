package dev.ramtide.producer.capture;

import dev.ramtide.producer.qmp.MigrationState;
import dev.ramtide.producer.qmp.Qemu;
import dev.ramtide.producer.qmp.QmpClient;
import dev.ramtide.producer.qmp.QmpEvent;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Follows a migration by QMP while another thread reads its bytes: lets the guest run as soon as
 * QEMU has sent everything, ends a live migration that does not converge, and wakes the reader of
 * one that QEMU gave up.
 *
 * <p>Events only say that something may have changed; what counts is the answer to {@code
 * query-migrate}, which is also asked now and then without an event.
 */
final class MigrationWatch implements AutoCloseable {
  private static final long POLL_MS = 200;
  private static final long PATIENCE_MS = 2000;
  private static final Duration NEVER_AGAIN = Duration.ofDays(365);

  /**
   * QEMU's greatest: 2000 s. The next look at what remains then ends the migration, whatever the
   * guest writes.
   */
  private static final int UNLIMITED_DOWNTIME_MS = 2_000_000;

  private final Qemu qemu;
  private final MigrationSettings settings;
  private final CaptureSocket socket;
  private final BlockingQueue<QmpEvent> changes = new LinkedBlockingQueue<>();
  private final CompletableFuture<MigrationState> end = new CompletableFuture<>();
  private final Thread thread = new Thread(this::follow, "migration-watch");
  private QmpClient.Subscription subscription = () -> {};
  private GuestRelease.Step whenSent = () -> {};
  private GuestRelease.Step whenPaused = () -> {};
  private long liveDeadline;

  private MigrationWatch(Qemu qemu, MigrationSettings settings, CaptureSocket socket) {
    this.qemu = qemu;
    this.settings = settings;
    this.socket = socket;
  }

  /** Collects events from now on. */
  static MigrationWatch of(
      QmpClient client, MigrationSettings settings, CaptureSocket socket, PauseMeter meter) {
    MigrationWatch watch = new MigrationWatch(new Qemu(client), settings, socket);
    watch.subscription =
        client.listen(
            event -> {
              meter.onEvent(event);
              if (event.name().equals("MIGRATION")) {
                watch.changes.add(event);
              }
            });
    return watch;
  }

  /** Runs the step when QEMU waits before the switchover, and then lets it go on. */
  void beforeSwitchover(GuestRelease.Step step) {
    whenPaused = step;
  }

  /**
   * Follows the migration that was just started.
   *
   * @param sent run as soon as QEMU has sent everything
   * @param liveLimit after which the pause of the guest is no longer limited
   */
  void start(GuestRelease.Step sent, Duration liveLimit) {
    whenSent = sent;
    liveDeadline = System.nanoTime() + liveLimit.toNanos();
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Waits until the migration is over, so that the next one is not taken for it; but not for ever
   * for one that QEMU does not end, nor for a command that runs while the guest stands.
   */
  @Override
  public void close() throws IOException {
    GuestRelease.insist(() -> thread.join(PATIENCE_MS));
    thread.interrupt();
    GuestRelease.insist(thread::join);
    subscription.close();
  }

  /** Whether QEMU has said, or says within {@code patience}, that it gave up. */
  boolean hasFailed(Duration patience) throws InterruptedException {
    try {
      return !end.get(patience.toMillis(), TimeUnit.MILLISECONDS).isCompleted();
    } catch (ExecutionException e) {
      return true;
    } catch (TimeoutException e) {
      return false;
    }
  }

  /**
   * Waits until QEMU confirms that it sent everything.
   *
   * @throws IOException it did not, for a reason that the message tells
   */
  MigrationState awaitCompleted(Duration timeout) throws IOException, InterruptedException {
    try {
      MigrationState state = end.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
      if (!state.isCompleted()) {
        throw new IOException(
            "QEMU's migration "
                + state.status()
                + ": "
                + state.error().orElse("it gives no reason"));
      }
      return state;
    } catch (TimeoutException e) {
      throw new IOException(
          "QEMU did not confirm the migration within " + timeout.toSeconds() + " s", e);
    } catch (ExecutionException e) {
      Throwable cause = Objects.requireNonNull(e.getCause());
      throw new IOException(cause.getMessage(), cause);
    }
  }

  private void follow() {
    try {
      MigrationState state = awaitEnd();
      if (state.isCompleted()) {
        whenSent.run();
      } else {
        socket.close();
      }
      end.complete(state);
    } catch (IOException | InterruptedException | RuntimeException e) {
      wakeReader(e);
      end.completeExceptionally(e);
    }
  }

  private MigrationState awaitEnd() throws IOException, InterruptedException {
    boolean toldToGoOn = false;
    while (true) {
      MigrationState state = qemu.migration();
      if (state.isOver()) {
        return state;
      }
      // Once: told to go on, QEMU says until its thread wakes that it still waits.
      if (state.isBeforeSwitchover() && !toldToGoOn) {
        whenPaused.run();
        qemu.continueMigration();
        toldToGoOn = true;
      }
      if (System.nanoTime() - liveDeadline > 0) {
        settings.setParameter("downtime-limit", UNLIMITED_DOWNTIME_MS);
        liveDeadline = System.nanoTime() + NEVER_AGAIN.toNanos();
      }
      changes.poll(POLL_MS, TimeUnit.MILLISECONDS);
    }
  }

  private void wakeReader(Exception cause) {
    try {
      socket.close();
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }
}
