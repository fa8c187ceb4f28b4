package dev.ramtide.sink.consume;

import dev.ramtide.time.MonotonicClock;
import java.io.IOException;
import java.time.Duration;

/**
 * What a member has waited since its last poll in steps that failed in the end: for a schema
 * registry that is away, say, or a broker, once for each of many VMs. A member that does not poll
 * in time drops out of its group, and all its VMs stand. Steps that go well do not count: whoever
 * put them off would, on a slow disk, always put off the same ones.
 */
final class LostTime {
  /** Kafka's {@code max.poll.interval.ms} is five minutes, and one step may take half a minute. */
  private static final Duration MOST = Duration.ofSeconds(5);

  private final MonotonicClock clock;
  private long lostNanos;

  /** A step of one VM. */
  interface Step {
    void run() throws IOException, InterruptedException;
  }

  LostTime(MonotonicClock clock) {
    this.clock = clock;
  }

  void polled() {
    lostNanos = 0;
  }

  /** Runs a step, and counts its time unless it returns. */
  void run(Step step) throws IOException, InterruptedException {
    long begunNanos = clock.nanoTime();
    boolean done = false;
    try {
      step.run();
      done = true;
    } finally {
      lostNanos += done ? 0 : clock.nanoTime() - begunNanos;
    }
  }

  /** Whether to poll before the next step. */
  boolean isEnough() {
    return lostNanos > MOST.toNanos();
  }
}
