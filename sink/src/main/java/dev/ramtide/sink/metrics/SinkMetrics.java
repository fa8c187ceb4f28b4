package dev.ramtide.sink.metrics;

import dev.ramtide.checkpoint.RecordedCheckpoint;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.metrics.Metric;
import dev.ramtide.metrics.Metrics;
import dev.ramtide.sink.apply.ApplyCounts;
import dev.ramtide.sink.consume.SinkListener;
import dev.ramtide.sink.consume.VmFollow;
import dev.ramtide.sink.consume.VmStatus;
import dev.ramtide.sink.state.Site;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/** Turns what a sink tells into metrics. */
public final class SinkMetrics implements SinkListener {
  private final Metrics metrics;
  private final Site site;
  private final Clock clock;

  /**
   * Guards the series of each VM: what is still done for one that went must not begin them anew.
   */
  private final Set<VmId> followed = new HashSet<>();

  public SinkMetrics(Metrics metrics, Site site, Clock clock) {
    this.metrics = metrics;
    this.site = site;
    this.clock = clock;
    metrics.gauge(Metric.SINK_DISK_FREE, site, SinkMetrics::freeBytes);
    metrics.gauge(Metric.SINK_DISK_TOTAL, site, SinkMetrics::totalBytes);
  }

  private static double freeBytes(Site site) {
    try {
      return Files.getFileStore(site.directory()).getUsableSpace();
    } catch (IOException e) {
      return Double.NaN;
    }
  }

  private static double totalBytes(Site site) {
    try {
      return Files.getFileStore(site.directory()).getTotalSpace();
    } catch (IOException e) {
      return Double.NaN;
    }
  }

  @Override
  public void found(VmFollow vm) {
    synchronized (followed) {
      followed.add(vm.vm());
    }
    String name = vm.vm().name();
    count(Metric.SINK_SEALS, 0, name);
    count(Metric.SINK_DIGEST_FAILURES, 0, name);
    count(Metric.SINK_FAILURES, 0, name);
    count(Metric.SINK_BYTES, 0, name);
    applied(name, ApplyCounts.NONE);
    gauge(Metric.SINK_GIVEN_UP, vm, status -> status.failure().isPresent() ? 1 : 0);
    gauge(Metric.SINK_PARTITIONS, vm, VmStatus::partitions);
    gauge(Metric.SINK_LOCK_WAITS, vm, VmStatus::lockWaits);
    gauge(Metric.SINK_LAG_RECORDS, vm, VmStatus::lagRecords);
    gauge(Metric.SINK_LAG_BYTES, vm, VmStatus::lagBytes);
    gauge(Metric.SINK_NEWEST_CHECKPOINT, vm, status -> number(status.newest()));
    gauge(Metric.SINK_SEALED_CHECKPOINT, vm, VmStatus::lastSealed);
    gauge(Metric.SINK_OLDEST_RESTORABLE, vm, VmStatus::oldestNumber);
    gauge(Metric.SINK_IMAGE_BYTES, vm, VmStatus::imageBytes);
    gauge(Metric.SINK_RECOVERY_POINT_AGE, vm, status -> age(status, clock.instant()));
    gauge(Metric.SINK_RECOVERY_POINT, vm, SinkMetrics::moment);
  }

  /** What was last told of it would pass for what is. */
  @Override
  public void gone(VmId vm) {
    synchronized (followed) {
      followed.remove(vm);
      metrics.forget(vm.name());
    }
  }

  private void whileFollowed(VmId vm, Runnable telling) {
    synchronized (followed) {
      if (followed.contains(vm)) {
        telling.run();
      }
    }
  }

  private static double number(Optional<RecordedCheckpoint> checkpoint) {
    return checkpoint.map(RecordedCheckpoint::number).orElse(0L);
  }

  private static double age(VmStatus status, Instant now) {
    return status.recoveryPointAge(now).map(age -> age.toMillis() / 1000.0).orElse(Double.NaN);
  }

  private static double moment(VmStatus status) {
    return status
        .recoveryPoint()
        .map(one -> one.manifest().times().pause().toEpochMilli() / 1000.0)
        .orElse(Double.NaN);
  }

  /** Each gauge looks anew: a scrape in fifteen seconds reads a file of one sector ten times. */
  private void gauge(Metric metric, VmFollow vm, ToDoubleFunction<VmStatus> value) {
    metrics.gauge(
        metric, vm, follow -> value.applyAsDouble(VmStatus.of(follow, site)), vm.vm().name());
  }

  @Override
  public void applied(VmId vm, ApplyCounts counts, long eventBytes, Duration took) {
    whileFollowed(
        vm,
        () -> {
          applied(vm.name(), counts);
          count(Metric.SINK_BYTES, eventBytes, vm.name());
          metrics.record(Metric.SINK_APPLY_DURATION, took, vm.name());
        });
  }

  private void applied(String vm, ApplyCounts counts) {
    metrics.add(Metric.SINK_PAGES, counts.written(), vm, "written");
    metrics.add(Metric.SINK_PAGES, counts.redelivered(), vm, "redelivered");
    metrics.add(Metric.SINK_PAGES, counts.superseded(), vm, "superseded");
  }

  @Override
  public void forced(VmId vm, Duration took) {
    whileFollowed(vm, () -> metrics.record(Metric.SINK_SYNC_DURATION, took, vm.name()));
  }

  @Override
  public void sealed(VmId vm, long checkpoint, Duration took) {
    whileFollowed(
        vm,
        () -> {
          count(Metric.SINK_SEALS, 1, vm.name());
          metrics.record(Metric.SINK_SEAL_DURATION, took, vm.name());
        });
  }

  @Override
  public void digestDiffers(VmId vm) {
    whileFollowed(vm, () -> count(Metric.SINK_DIGEST_FAILURES, 1, vm.name()));
  }

  @Override
  public void givenUp(VmId vm) {
    whileFollowed(vm, () -> count(Metric.SINK_FAILURES, 1, vm.name()));
  }

  private void count(Metric metric, double amount, String vm) {
    metrics.add(metric, amount, vm);
  }
}
