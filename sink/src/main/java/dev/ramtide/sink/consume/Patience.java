package dev.ramtide.sink.consume;

import java.time.Duration;

/** How long to wait before the next try: longer each time, until it went well for a while. */
final class Patience {
  private final long shortestNanos;
  private final long longestNanos;
  private long delayNanos;
  private long dueNanos;

  Patience(Duration shortest, Duration longest) {
    this.shortestNanos = shortest.toNanos();
    this.longestNanos = longest.toNanos();
  }

  /**
   * A try has failed.
   *
   * @param nowNanos by a clock that only goes forward
   * @return until the next one is due
   */
  Duration failed(long nowNanos) {
    boolean wentWell = delayNanos == 0 || nowNanos - dueNanos > longestNanos;
    delayNanos = wentWell ? shortestNanos : Math.min(2 * delayNanos, longestNanos);
    dueNanos = nowNanos + delayNanos;
    return Duration.ofNanos(delayNanos);
  }

  boolean isDue(long nowNanos) {
    return nowNanos - dueNanos >= 0;
  }
}
