package dev.ramtide.sink.consume;

import dev.ramtide.sink.apply.ApplyCounts;
import dev.ramtide.sink.apply.PageApplier;
import dev.ramtide.time.MonotonicClock;
import java.time.Duration;

/**
 * What is told of one delivery to a partition, also of one that breaks off; nothing of the protocol
 * depends on it. The consumer's thread.
 */
final class ApplyWatch implements AutoCloseable {
  private final PageApplier applier;
  private final VmFollow follow;
  private final MonotonicClock clock;
  private final ApplyCounts before;
  private final long startNanos;
  private long eventBytes;

  ApplyWatch(PageApplier applier, VmFollow follow, MonotonicClock clock) {
    this.applier = applier;
    this.follow = follow;
    this.clock = clock;
    this.before = applier.counts();
    this.startNanos = clock.nanoTime();
  }

  void took(PageRecord record) {
    eventBytes += record.value().remaining();
  }

  @Override
  public void close() {
    if (eventBytes > 0) {
      Duration took = Duration.ofNanos(clock.nanoTime() - startNanos);
      follow.listener().applied(follow.vm(), applier.counts().minus(before), eventBytes, took);
    }
  }
}
