package dev.ramtide.producer.capture;

import dev.ramtide.producer.qmp.MigrationState;
import dev.ramtide.producer.qmp.QmpClient;
import dev.ramtide.producer.qmp.QmpCommands;
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
 * Follows a {@link MigrationCourse} while another thread reads the bytes, and wakes the reader of a
 * migration that QEMU gave up.
 *
 * <p>Events only say that something may have changed; what counts is the answer to {@code
 * query-migrate}, which is also asked now and then without an event.
 */
final class MigrationWatch implements AutoCloseable {
  private static final long POLL_MS = 200;
  private static final long PATIENCE_MS = 2000;

  private final MigrationCourse course;
  private final CaptureSocket socket;
  private final BlockingQueue<QmpEvent> changes = new LinkedBlockingQueue<>();
  private final CompletableFuture<MigrationState> end = new CompletableFuture<>();
  private final Thread thread = new Thread(this::follow, "migration-watch");
  private QmpCommands.Subscription subscription = () -> {};

  private MigrationWatch(MigrationCourse course, CaptureSocket socket) {
    this.course = course;
    this.socket = socket;
  }

  /** Collects events from now on. */
  static MigrationWatch of(QmpClient client, MigrationCourse course, CaptureSocket socket) {
    MigrationWatch watch = new MigrationWatch(course, socket);
    watch.subscription =
        client.listen(
            event -> {
              if (event.name().equals("MIGRATION")) {
                watch.changes.add(event);
              }
            });
    return watch;
  }

  /** Follows the migration that was just started. */
  void start() {
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
      if (!state.isCompleted()) {
        socket.close();
      }
      end.complete(state);
    } catch (IOException | InterruptedException | RuntimeException e) {
      wakeReader(e);
      end.completeExceptionally(e);
    }
  }

  private MigrationState awaitEnd() throws IOException, InterruptedException {
    MigrationState state = course.look();
    while (!state.isOver()) {
      changes.poll(POLL_MS, TimeUnit.MILLISECONDS);
      state = course.look();
    }
    return state;
  }

  private void wakeReader(Exception cause) {
    try {
      socket.close();
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }
}
