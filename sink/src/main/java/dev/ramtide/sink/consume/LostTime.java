package dev.ramtide.sink.consume;

import dev.ramtide.time.MonotonicClock;
import java.time.Duration;

/**
 * What a member has waited since its last poll in steps that failed in the end: for a schema
 * registry that is away, say, once for each of many VMs. A member that does not poll in time drops
 * out of its group, and all its VMs stand. Steps that go well do not count: whoever put them off
 * would, on a slow disk, always put off the same ones.
 */
final class LostTime {
  /** Kafka's {@code max.poll.interval.ms} is five minutes, and one step may take half a minute. */
  private static final Duration MOST = Duration.ofSeconds(5);

  private final MonotonicClock clock;
  private long begunNanos;
  private long lostNanos;

  LostTime(MonotonicClock clock) {
    this.clock = clock;
  }

  void polled() {
    lostNanos = 0;
  }

  void begin() {
    begunNanos = clock.nanoTime();
  }

  /** The step that was begun last. */
  void failed() {
    lostNanos += clock.nanoTime() - begunNanos;
  }

  /** Whether to poll before the next step. */
  boolean isEnough() {
    return lostNanos > MOST.toNanos();
  }
}
