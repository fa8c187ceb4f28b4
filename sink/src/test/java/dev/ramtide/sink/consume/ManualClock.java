package dev.ramtide.sink.consume;

import dev.ramtide.time.MonotonicClock;
import java.time.Duration;

/** Stands until somebody sleeps, which takes no time. */
final class ManualClock implements MonotonicClock {
  private long nanos;

  @Override
  public long nanoTime() {
    return nanos;
  }

  @Override
  public void sleep(Duration time) {
    nanos += time.toNanos();
  }
}
