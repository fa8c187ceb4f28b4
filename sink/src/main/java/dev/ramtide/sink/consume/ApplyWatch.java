package dev.ramtide.sink.consume;

import dev.ramtide.sink.apply.ApplyCounts;
import dev.ramtide.sink.apply.PageApplier;
import dev.ramtide.time.MonotonicClock;
import java.time.Duration;

/**
 * What is told of one delivery to a partition; nothing of the protocol depends on it. The
 * consumer's thread.
 */
final class ApplyWatch {
  private final PageApplier applier;
  private final MonotonicClock clock;
  private final ApplyCounts before;
  private final long startNanos;
  private long eventBytes;

  ApplyWatch(PageApplier applier, MonotonicClock clock) {
    this.applier = applier;
    this.clock = clock;
    this.before = applier.counts();
    this.startNanos = clock.nanoTime();
  }

  void took(PageRecord record) {
    eventBytes += record.value().remaining();
  }

  void isOver(VmFollow follow) {
    if (eventBytes > 0) {
      Duration took = Duration.ofNanos(clock.nanoTime() - startNanos);
      follow.listener().applied(follow.vm(), applier.counts().minus(before), eventBytes, took);
    }
  }
}
