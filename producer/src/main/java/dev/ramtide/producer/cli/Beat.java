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

  /**
   * A try begins, the first one of a beat or, after failures, any later one: those that are gone
   * are counted, and none that is still to come is used up.
   */
  void begins(long nowNanos) {
    if (!interval.isZero()) {
      skipTo((nowNanos - firstNanos) / interval.toNanos());
    }
  }

  /** A beat is over: how long to rest until the next one; those gone meanwhile are counted. */
  Duration untilNext(long nowNanos) {
    if (interval.isZero()) {
      return Duration.ZERO;
    }
    long elapsed = nowNanos - firstNanos;
    skipTo(elapsed / interval.toNanos());
    last++;
    return Duration.ofNanos(last * interval.toNanos() - elapsed);
  }

  private void skipTo(long current) {
    if (current > last) {
      skipped += current - last;
      last = current;
    }
  }

  /** Beats skipped since this was asked last. */
  long takeSkipped() {
    long taken = skipped;
    skipped = 0;
    return taken;
  }
}
