package dev.ramtide.producer.cli;

import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.producer.capture.CaptureSession;
import dev.ramtide.producer.capture.CaptureSource;
import dev.ramtide.producer.capture.SafeCheckpointException;
import dev.ramtide.producer.publish.FencedException;
import dev.ramtide.refusal.Refusal;
import dev.ramtide.refusal.RefusedException;
import dev.ramtide.time.MonotonicClock;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.PrintWriter;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Takes checkpoint after checkpoint.
 *
 * <p>When a number of them is asked for, the first failure ends it all: somebody waits for the
 * outcome. An agent that runs for ever reports a failure and tries again, with a source opened
 * anew; what ends it is another agent that took over the VM, since two that take it from each other
 * would help nobody, and at its start a refusal that Kafka's administrator has to put right first.
 */
final class AgentLoop implements AutoCloseable {
  /** Opens the source, again after a failure. */
  interface SourceOpener {
    CaptureSource open() throws IOException, InterruptedException;
  }

  /** Is told of each checkpoint. */
  interface Listener {
    /**
     * @param skippedBeats that passed since the one before, because that took too long or failed
     */
    void taken(CheckpointManifest manifest, long skippedBeats);

    /** A checkpoint was lost, or could not even begin. */
    default void failed(IOException why) {}
  }

  /**
   * @param checkpoints how many to take, or 0 for ever
   * @param interval from the beginning of one to the beginning of the next; zero when the source
   *     sets the pace
   */
  record Pace(long checkpoints, Duration interval) {
    boolean isForever() {
      return checkpoints == 0;
    }
  }

  private final CaptureSession session;
  private final SourceOpener opener;
  private final Pace pace;
  private final MonotonicClock clock;
  private @Nullable CaptureSource source;
  private boolean wentWell;

  AgentLoop(CaptureSession session, SourceOpener opener, Pace pace, MonotonicClock clock) {
    this.session = session;
    this.opener = opener;
    this.pace = pace;
    this.clock = clock;
  }

  /**
   * Returns when the checkpoints asked for are taken.
   *
   * @param listener told of each checkpoint
   * @param err told of failures that are tried again
   */
  void run(Listener listener, PrintWriter err) throws IOException, InterruptedException {
    Trouble trouble = new Trouble(err);
    Beat beat = new Beat(pace.interval(), clock.nanoTime());
    for (long taken = 0; pace.isForever() || taken < pace.checkpoints(); ) {
      Duration wait;
      beat.begins(clock.nanoTime());
      try {
        if (trouble.lasts()) {
          claimBeforeListening();
        }
        CheckpointManifest manifest = session.capture(source());
        trouble.over(clock.nanoTime());
        wentWell = true;
        listener.taken(manifest, beat.takeSkipped());
        taken++;
        wait = beat.untilNext(clock.nanoTime());
      } catch (IOException e) {
        if (e instanceof SafeCheckpointException safe) {
          wentWell = true;
          listener.taken(safe.manifest(), beat.takeSkipped());
        }
        if (!(e instanceof SafeCheckpointException) && !(e instanceof InterruptedIOException)) {
          listener.failed(e);
        }
        if (!isToBeTriedAgain(e)) {
          throw e;
        }
        wait = trouble.failed(e, clock.nanoTime());
        closeSource();
      }
      if (!wait.isZero() && (pace.isForever() || taken < pace.checkpoints())) {
        clock.sleep(wait);
      }
    }
  }

  private boolean isToBeTriedAgain(IOException e) {
    // Kafka's clients turn the interrupt of a SIGTERM into an exception, and others may fail just
    // then: that is no failure to try again after.
    return pace.isForever()
        && !Thread.currentThread().isInterrupted()
        && !(e instanceof FencedException)
        && !needsAnAdministrator(e)
        && !(e instanceof InterruptedIOException);
  }

  /**
   * A missing right or a wrong password is a mistake in the set-up, before anything went well.
   * Later it may pass without anybody restarting the agent: a broker comes back before it knows its
   * ACLs, certificates are renewed, somebody gives back what he took away.
   */
  private boolean needsAnAdministrator(IOException e) {
    return !wentWell && (e instanceof RefusedException || Refusal.isRefusal(e));
  }

  /**
   * A source that sets the pace is open to others. What they send while the log cannot be reached
   * would be cut off, and its address be told at each try.
   */
  private void claimBeforeListening() throws IOException {
    if (source == null && pace.interval().isZero()) {
      session.claim();
    }
  }

  private CaptureSource source() throws IOException, InterruptedException {
    CaptureSource known = source;
    if (known == null) {
      known = opener.open();
      source = known;
    }
    return known;
  }

  private void closeSource() throws IOException {
    CaptureSource closing = source;
    source = null;
    if (closing != null) {
      closing.close();
    }
  }

  @Override
  public void close() throws IOException {
    try {
      session.close();
    } finally {
      closeSource();
    }
  }
}
