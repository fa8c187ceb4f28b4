package dev.ramtide.sink.consume;

import dev.ramtide.time.MonotonicClock;
import java.time.Duration;

/** What is told of sealing one VM; nothing of the protocol depends on it. The sealer's thread. */
final class SealWatch {
  private final VmFollow follow;
  private final MonotonicClock clock;
  private long checkpoint;
  private long sinceNanos;
  private boolean toldDiffers;

  SealWatch(VmFollow follow, MonotonicClock clock) {
    this.follow = follow;
    this.clock = clock;
  }

  /** This checkpoint is being made; the time counts from the first call of each. */
  void makes(long number) {
    if (checkpoint != number) {
      checkpoint = number;
      sinceNanos = clock.nanoTime();
      toldDiffers = false;
    }
  }

  void isSealed(long number) {
    follow.progress().sawSealed(number);
    Duration took = Duration.ofNanos(clock.nanoTime() - sinceNanos);
    follow.listener().sealed(follow.vm(), number, took);
  }

  /** It still does after a while; told once for each checkpoint. */
  void differs() {
    if (!toldDiffers) {
      toldDiffers = true;
      follow.listener().digestDiffers(follow.vm());
    }
  }
}
