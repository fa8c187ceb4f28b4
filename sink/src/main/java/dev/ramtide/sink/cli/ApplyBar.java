package dev.ramtide.sink.cli;

import dev.ramtide.checkpoint.VmId;
import dev.ramtide.report.Progress;
import dev.ramtide.sink.consume.SinkProcess;
import dev.ramtide.sink.consume.VmStatus;
import java.io.Closeable;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How far a sink is on its way to what complete checkpoints have, in records of the partitions that
 * it owns; where somebody watches, and from when it takes longer than a moment until all is sealed.
 */
final class ApplyBar implements Closeable {
  private static final long LOOK_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
  private static final long MOMENT_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final long UNKNOWN = -1;

  /** What is known of a sink. */
  interface Work {
    List<VmStatus> statuses();

    /** Records of a VM's partitions that are applied. */
    long readRecords(VmId vm);
  }

  /** Where bars are drawn. */
  interface Bars {
    /**
     * @param total -1 when nobody knows it
     */
    Bar open(String task, long total);
  }

  /** One of them. */
  interface Bar extends AutoCloseable {
    void show(long done, long total);

    @Override
    void close();
  }

  private final Work work;
  private final Bars bars;
  private final LongSupplier clock;
  private @Nullable Bar bar;
  private String task = "";
  private long most;
  private long lookedNanos;
  private boolean working;
  private long sinceNanos;

  ApplyBar(Work work, Bars bars, LongSupplier clock) {
    this.work = work;
    this.bars = bars;
    this.clock = clock;
    this.lookedNanos = clock.getAsLong();
  }

  /**
   * @param quiet also on a terminal
   */
  static ApplyBar of(SinkProcess sink, boolean quiet) {
    boolean shown = !quiet && Progress.isWatched();
    Work work =
        new Work() {
          @Override
          public List<VmStatus> statuses() {
            return shown ? sink.statuses() : List.of(); // To look at them costs reading.
          }

          @Override
          public long readRecords(VmId vm) {
            return sink.vm(vm).map(follow -> follow.progress().readRecords()).orElse(0L);
          }
        };
    return new ApplyBar(work, ApplyBar::onTerminal, System::nanoTime);
  }

  private static Bar onTerminal(String task, long total) {
    Progress progress = new Progress(task, "records", total, false);
    return new Bar() {
      @Override
      public void show(long done, long now) {
        progress.of(now);
        progress.accept(done);
      }

      @Override
      public void close() {
        progress.close();
      }
    };
  }

  /** Cheap to be called often. */
  void draw() {
    long now = clock.getAsLong();
    if (now - lookedNanos < LOOK_EVERY_NANOS) {
      return;
    }
    lookedNanos = now;
    List<VmStatus> busy = work.statuses().stream().filter(ApplyBar::isBusy).toList();
    if (busy.isEmpty()) {
      close();
      working = false;
    } else if (!working) {
      working = true;
      sinceNanos = now;
    } else if (now - sinceNanos >= MOMENT_NANOS) {
      draw(busy);
    }
  }

  /** We have a part in it, and there is something to do before the image is sealed. */
  private static boolean isBusy(VmStatus vm) {
    boolean behind = vm.lagRecords() > 0 || (vm.state().isPresent() && !vm.isSealed());
    return vm.partitions() > 0 && vm.failure().isEmpty() && behind;
  }

  private void draw(List<VmStatus> busy) {
    // Until the first checkpoint is complete nobody knows where it ends.
    boolean complete = busy.stream().anyMatch(vm -> vm.newest().isPresent());
    String of = busy.size() == 1 ? busy.get(0).vm().name() : busy.size() + " VMs";
    String next = (complete ? "applying " : "filling ") + of;
    long left = busy.stream().mapToLong(VmStatus::lagRecords).sum();
    if (bar == null || !task.equals(next)) {
      close();
      task = next;
      most = left;
      bar = bars.open(task, complete ? most : UNKNOWN);
    }
    most = Math.max(most, left); // More than was known: another partition, a later checkpoint.
    if (complete) {
      bar.show(most - left, most);
    } else {
      bar.show(busy.stream().mapToLong(vm -> work.readRecords(vm.vm())).sum(), UNKNOWN);
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
