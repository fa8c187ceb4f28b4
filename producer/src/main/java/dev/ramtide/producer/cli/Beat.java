package dev.ramtide.producer.cli;

import java.time.Duration;

/**
 * When checkpoints are due: every interval from the first one on, whatever a single one takes.
 *
 * <pre>
 *   due      0     1     2     3     4          a beat at which the last one still goes on is skipped:
 *   taken    |==|  |=======|     |==|  ...      they neither pile up nor drift
 *                          2 is skipped
 * </pre>
 */
final class Beat {
  private final Duration interval;
  private final long firstNanos;
  private long last;
  private long skipped;

  /**
   * @param interval zero when something else sets the pace
   * @param nowNanos of the first beat
   */
  Beat(Duration interval, long nowNanos) {
    this.interval = interval;
    this.firstNanos = nowNanos;
  }

  /** How long to rest until the next one; those in between that are gone are counted. */
  Duration untilNext(long nowNanos) {
    if (interval.isZero()) {
      return Duration.ZERO;
    }
    long elapsed = nowNanos - firstNanos;
    long next = Math.max(last + 1, elapsed / interval.toNanos() + 1);
    skipped += next - last - 1;
    last = next;
    return Duration.ofNanos(next * interval.toNanos() - elapsed);
  }

  /** Beats skipped since this was asked last. */
  long takeSkipped() {
    long taken = skipped;
    skipped = 0;
    return taken;
  }
}
