package dev.ramtide.producer.cli;

import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.producer.capture.CaptureSession;
import dev.ramtide.producer.capture.CaptureSource;
import dev.ramtide.producer.publish.FencedException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes checkpoint after checkpoint.
 *
 * <p>When a number of them is asked for, the first failure ends it all: somebody waits for the
 * outcome. An agent that runs for ever reports a failure and tries again, with a source opened
 * anew; only another agent that took over the VM ends it, since two that take it from each other
 * would help nobody.
 */
final class AgentLoop implements AutoCloseable {
  /** Opens the source, again after a failure. */
  interface SourceOpener {
    CaptureSource open() throws IOException, InterruptedException;
  }

  /** Waits for the next checkpoint's time. */
  interface Pause {
    void of(Duration length) throws InterruptedException;
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

  /** A source that fails at once must not be asked in a tight loop. */
  private static final Duration SHORTEST_RETRY = Duration.ofSeconds(1);

  private final CaptureSession session;
  private final SourceOpener opener;
  private final Pace pace;
  private final Pause pause;
  private @Nullable CaptureSource source;

  AgentLoop(CaptureSession session, SourceOpener opener, Pace pace, Pause pause) {
    this.session = session;
    this.opener = opener;
    this.pace = pace;
    this.pause = pause;
  }

  /**
   * Returns when the checkpoints asked for are taken.
   *
   * @param onCheckpoint told of each checkpoint
   * @param err told of failures that are tried again
   */
  void run(Consumer<CheckpointManifest> onCheckpoint, PrintWriter err)
      throws IOException, InterruptedException {
    for (long taken = 0; pace.isForever() || taken < pace.checkpoints(); ) {
      long start = System.nanoTime();
      Duration wait = pace.interval();
      try {
        onCheckpoint.accept(session.capture(source()));
        taken++;
      } catch (IOException e) {
        // Kafka's clients turn the interrupt of a SIGTERM into an exception: that is no failure to
        // try again after.
        if (!pace.isForever()
            || e instanceof FencedException
            || e instanceof InterruptedIOException) {
          throw e;
        }
        wait = wait.compareTo(SHORTEST_RETRY) < 0 ? SHORTEST_RETRY : wait;
        err.println(
            "ramtide agent: " + e.getMessage() + " (next try in " + wait.toSeconds() + " s)");
        err.flush();
        closeSource();
      }
      Duration rest = wait.minusNanos(System.nanoTime() - start);
      if (!rest.isNegative() && (pace.isForever() || taken < pace.checkpoints())) {
        pause.of(rest);
      }
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
    session.close();
    closeSource();
  }
}
