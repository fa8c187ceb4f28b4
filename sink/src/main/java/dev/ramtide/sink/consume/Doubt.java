package dev.ramtide.sink.consume;

import dev.ramtide.time.MonotonicClock;
import java.time.Duration;

/**
 * What looks wrong is believed only when it still does after a while: a digest that differs, a gap
 * in the log.
 *
 * <p>Before the first seal pages flow without a line. A partition that was forced at the very end
 * of a checkpoint and has written on, before anybody knew of the manifest, looks as if it stood
 * there while its table is ahead. Its owner forces again within a second, and then it says how far
 * it is. If that owner died in between, only a later checkpoint can be made.
 */
final class Doubt {
  private final MonotonicClock clock;
  private final long patienceNanos;
  private long sinceNanos;
  private boolean doubting;

  Doubt(Duration patience, MonotonicClock clock) {
    this.clock = clock;
    this.patienceNanos = patience.toNanos();
  }

  /** Counts from the first time that it is asked. */
  boolean isOver() {
    if (!doubting) {
      doubting = true;
      sinceNanos = clock.nanoTime();
    }
    return clock.nanoTime() - sinceNanos >= patienceNanos;
  }

  void clear() {
    doubting = false;
  }
}
