package dev.ramtide.sink.cli;

import dev.ramtide.report.Progress;
import dev.ramtide.sink.consume.SinkProcess;
import dev.ramtide.sink.consume.VmStatus;
import java.io.Closeable;
import org.jspecify.annotations.Nullable;

/**
 * How far a sink is on its way to what complete checkpoints have, in records of the partitions that
 * it owns; where somebody watches.
 */
final class ApplyBar implements Closeable {
  private static final long LOOK_EVERY_NANOS = 250_000_000;

  private final SinkProcess sink;
  private final boolean shown;
  private @Nullable Progress bar;
  private long most;
  private long lookedNanos = System.nanoTime();

  /**
   * @param quiet also on a terminal
   */
  ApplyBar(SinkProcess sink, boolean quiet) {
    this.sink = sink;
    this.shown = !quiet && Progress.isWatched();
  }

  /** Cheap to be called often. */
  void draw() {
    if (!shown || System.nanoTime() - lookedNanos < LOOK_EVERY_NANOS) {
      return;
    }
    lookedNanos = System.nanoTime();
    long left = sink.statuses().stream().mapToLong(VmStatus::lagRecords).sum();
    if (left > most) {
      most = left; // More than was known: another partition, or a later checkpoint.
      close();
    }
    if (bar == null && left > 0) {
      bar = new Progress("applying", "records", most, false);
    }
    if (bar != null) {
      bar.accept(most - left);
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
