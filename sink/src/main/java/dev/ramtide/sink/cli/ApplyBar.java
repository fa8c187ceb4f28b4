package dev.ramtide.sink.cli;

import dev.ramtide.checkpoint.VmId;
import dev.ramtide.report.Progress;
import dev.ramtide.sink.consume.SinkProcess;
import dev.ramtide.sink.consume.VmStatus;
import java.io.Closeable;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How far a sink is on its way to what complete checkpoints have, in records of the partitions that
 * it owns; where somebody watches, and from when it takes longer than a moment until all is sealed.
 */
final class ApplyBar implements Closeable {
  private static final long LOOK_EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
  private static final long MOMENT_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
  private static final long UNKNOWN = -1;

  private final SinkProcess sink;
  private final boolean shown;
  private @Nullable Progress bar;
  private String task = "";
  private long most;
  private long lookedNanos = System.nanoTime();
  private long idleNanos = System.nanoTime();

  /**
   * @param quiet also on a terminal
   */
  ApplyBar(SinkProcess sink, boolean quiet) {
    this.sink = sink;
    this.shown = !quiet && Progress.isWatched();
  }

  /** Cheap to be called often. */
  void draw() {
    long now = System.nanoTime();
    if (!shown || now - lookedNanos < LOOK_EVERY_NANOS) {
      return;
    }
    lookedNanos = now;
    List<VmStatus> busy = sink.statuses().stream().filter(ApplyBar::isBusy).toList();
    if (busy.isEmpty()) {
      close();
      idleNanos = now;
    } else if (now - idleNanos >= MOMENT_NANOS) {
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
      bar = new Progress(task, "records", complete ? most : UNKNOWN, false);
    }
    if (left > most) {
      most = left; // More than was known: another partition, or a later checkpoint.
      bar.of(most);
    }
    bar.accept(complete ? most - left : filled(busy));
  }

  private long filled(List<VmStatus> busy) {
    return busy.stream().mapToLong(vm -> filled(vm.vm())).sum();
  }

  private long filled(VmId vm) {
    return sink.vm(vm).map(follow -> follow.progress().readRecords()).orElse(0L);
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
