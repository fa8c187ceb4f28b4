package dev.ramtide.producer.capture;

import dev.ramtide.producer.qmp.QmpEvent;
import java.time.Duration;
import java.time.Instant;

/**
 * Measures how long a guest stood still, by what QEMU itself says of it: the times on its STOP and
 * RESUME events, and the {@code downtime} of its migration.
 *
 * <p>The first STOP counts, and the last RESUME: what lies between is all ours. Neither of the two
 * figures holds the other. Downtime begins before the event, when the processors are asked to stop,
 * which on a busy host takes milliseconds; but it is in whole ones, knows nothing of a guest that
 * was stopped before the migration, and ends before one that waits for {@code cont} goes on. The
 * longer one is the guest's. Any thread.
 */
final class PauseMeter {
  private final Instant start;
  private Instant stopped = Instant.MAX;
  private Instant resumed = Instant.MIN;

  /**
   * @param start when the capture began: the best that is known of a guest that did not run
   */
  PauseMeter(Instant start) {
    this.start = start;
  }

  synchronized void onEvent(QmpEvent event) {
    if (event.name().equals("STOP") && stopped.equals(Instant.MAX)) {
      stopped = event.time();
    } else if (event.name().equals("RESUME") && !stopped.equals(Instant.MAX)) {
      resumed = event.time();
    }
  }

  /** Whether the guest was stopped and let go again: a stop after that is somebody else's. */
  synchronized boolean isOver() {
    return !resumed.equals(Instant.MIN);
  }

  synchronized Instant pause() {
    return stopped.equals(Instant.MAX) ? start : stopped;
  }

  synchronized Instant resume() {
    return resumed.isBefore(pause()) ? pause() : resumed;
  }

  /**
   * @param downtime as QEMU counts it for this migration; zero where it tells of none
   */
  synchronized Duration length(Duration downtime) {
    Duration between = Duration.between(pause(), resume());
    return downtime.compareTo(between) > 0 ? downtime : between;
  }
}
