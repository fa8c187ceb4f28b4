package dev.ramtide.producer.capture;

import dev.ramtide.producer.qmp.QmpEvent;
import java.time.Duration;
import java.time.Instant;

/**
 * Measures how long a guest stood still, by the times that QEMU puts on its STOP and RESUME events.
 *
 * <p>The first STOP counts, and the last RESUME: what lies between is all ours. Any thread.
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

  /** Between the two, or {@code fallback} when QEMU told of no pause. */
  synchronized Duration length(Duration fallback) {
    return stopped.equals(Instant.MAX) || resumed.equals(Instant.MIN)
        ? fallback
        : Duration.between(pause(), resume());
  }
}
