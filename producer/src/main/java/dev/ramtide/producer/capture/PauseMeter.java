package dev.ramtide.producer.capture;

import dev.ramtide.checkpoint.CaptureMode;
import dev.ramtide.producer.qmp.QmpEvent;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Measures how long a guest stood still, by what QEMU itself says of it: the times on its STOP and
 * RESUME events, and the {@code downtime} of its migration.
 *
 * <p>Others may stop the guest while a capture goes on. A background snapshot begins with its own
 * pause, every other capture ends with it: the first pause counts, or the last.
 *
 * <p>Neither of QEMU's two figures holds the other. Downtime begins before the event, when the
 * processors are asked to stop, which on a busy host takes milliseconds; but it is in whole ones,
 * knows nothing of a guest that was stopped before the migration, and ends before one that waits
 * for {@code cont} goes on. The longer one is the guest's. Any thread.
 */
final class PauseMeter {
  /** From a STOP to the RESUME after it. */
  record Pause(Instant stopped, Instant resumed) {
    /**
     * @param downtime as QEMU counts it for this migration; zero where it tells of none
     */
    Duration length(Duration downtime) {
      Duration between = Duration.between(stopped, resumed);
      return downtime.compareTo(between) > 0 ? downtime : between;
    }
  }

  private final Instant start;
  private @Nullable Instant stopped;
  private @Nullable Pause first;
  private @Nullable Pause last;
  private boolean resumed;

  /**
   * @param start when the capture began: the best that is known of a guest that did not run
   */
  PauseMeter(Instant start) {
    this.start = start;
  }

  synchronized void onEvent(QmpEvent event) {
    Instant since = stopped;
    resumed |= event.name().equals("RESUME");
    if (event.name().equals("STOP") && since == null) {
      stopped = event.time();
    } else if (event.name().equals("RESUME") && since != null) {
      last = new Pause(since, event.time());
      first = first == null ? last : first;
      stopped = null;
    }
  }

  /** The pauses until now are not the first: they were others'. */
  synchronized void forgetFirst() {
    first = null;
  }

  /** Whether the guest was stopped and let go again: a stop after that is somebody else's. */
  synchronized boolean isOver() {
    return first != null;
  }

  /** Whoever let the guest go until now did so before it was stopped for the capture. */
  synchronized void forgetResumes() {
    resumed = false;
  }

  /** As {@link #forgetResumes}, now that it was stopped, unless it was let go again since. */
  synchronized void forgetResumesIfStanding() {
    resumed &= stopped == null;
  }

  /** Whether the guest was let go at all, perhaps by its owner, who had it stand before. */
  synchronized boolean wasResumed() {
    return resumed;
  }

  /** Whether the guest stands, as far as is told. */
  synchronized boolean isStanding() {
    return stopped != null;
  }

  /** Since when the guest stands that stands now. */
  synchronized Instant standingSince() {
    return stopped == null ? start : stopped;
  }

  /** The pause that a capture cost, now that the guest was let go. */
  synchronized Pause pauseOf(CaptureMode mode) {
    Pause pause = mode == CaptureMode.BACKGROUND ? first : last;
    return pause == null ? new Pause(standingSince(), standingSince()) : pause;
  }
}
