package dev.ramtide.producer.metrics;

import dev.ramtide.checkpoint.CaptureMode;
import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.checkpoint.HostReads;
import dev.ramtide.checkpoint.PageCounts;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.metrics.Metric;
import dev.ramtide.metrics.Metrics;
import dev.ramtide.producer.capture.AuditException;
import dev.ramtide.producer.capture.CaptureListener;
import dev.ramtide.producer.capture.CaptureProgress;
import dev.ramtide.producer.capture.CaptureProgress.Phase;
import dev.ramtide.producer.publish.PublishMeter;
import dev.ramtide.producer.qmp.QmpFaults;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Turns what an agent tells into metrics. */
public final class AgentMetrics implements CaptureListener {
  private static final List<Phase> TIMED =
      List.of(Phase.PREPARE, Phase.TRANSFER, Phase.ACKNOWLEDGE, Phase.MANIFEST);
  private static final double NANOS = 1e9;

  private final Metrics metrics;
  private final Clock clock;
  private final String vm;
  private final Optional<CaptureMode> asked;
  private volatile @Nullable CaptureProgress current;
  private volatile @Nullable CheckpointManifest newest;

  /**
   * @param asked the mode of captures that fail before their source is there, if that is certain
   */
  public AgentMetrics(Metrics metrics, VmId vm, Optional<CaptureMode> asked, Clock clock) {
    this.asked = asked;
    this.metrics = metrics;
    this.clock = clock;
    this.vm = vm.name();
    metrics.gauge(Metric.AGENT_CHECKPOINT, this, AgentMetrics::number, this.vm);
    metrics.gauge(Metric.AGENT_CHECKPOINT_AGE, this, AgentMetrics::ageSeconds, this.vm);
    for (Metric counter :
        List.of(
            Metric.AGENT_EPOCHS,
            Metric.AGENT_KEYFRAMES,
            Metric.AGENT_HOOK_FAILURES,
            Metric.AGENT_AUDIT_FAILURES,
            Metric.AGENT_SKIPPED_BEATS)) {
      metrics.add(counter, 0, this.vm);
    }
    // From 0 on, or the first failure of a mode would not be seen to be an increase.
    metrics.add(Metric.AGENT_CHECKPOINTS, 0, this.vm, nameOf(Optional.empty()), "failed");
    for (CaptureMode mode : CaptureMode.values()) {
      metrics.add(Metric.AGENT_CHECKPOINTS, 0, this.vm, nameOf(Optional.of(mode)), "failed");
    }
    count(new HostReads(0, 0, 0));
  }

  /** Has the flow to Kafka told too. */
  public void watch(PublishMeter meter) {
    metrics.gauge(Metric.AGENT_IN_FLIGHT, meter, PublishMeter::inFlightBytes, vm);
    metrics.counter(Metric.AGENT_STALL, meter, sent -> sent.stalledNanos() / NANOS, vm);
    metrics.counter(Metric.AGENT_BYTES, meter, PublishMeter::sentBytes, vm, "sent");
  }

  /** Has what goes wrong on QEMU's control socket told too. */
  public void watch(QmpFaults faults) {
    for (QmpFaults.Kind kind : QmpFaults.Kind.values()) {
      String name = kind.name().toLowerCase(Locale.ROOT);
      metrics.counter(Metric.AGENT_QMP_ERRORS, faults, all -> all.count(kind), vm, name);
    }
  }

  private double number() {
    CheckpointManifest known = newest;
    return known == null ? 0 : known.checkpoint();
  }

  private double ageSeconds() {
    CheckpointManifest known = newest;
    return known == null
        ? Double.NaN
        : Duration.between(known.times().pause(), clock.instant()).toMillis() / 1000.0;
  }

  @Override
  public void claimed(long epoch) {
    metrics.add(Metric.AGENT_EPOCHS, 1, vm);
  }

  private static String nameOf(Optional<CaptureMode> mode) {
    return mode.map(known -> known.name().toLowerCase(Locale.ROOT)).orElse("unknown");
  }

  @Override
  public void begins(CaptureProgress progress) {
    current = progress;
  }

  @Override
  public void completed(CheckpointManifest manifest, CaptureProgress progress) {
    newest = manifest;
    current = null;
    String mode = nameOf(Optional.of(manifest.mode()));
    metrics.add(Metric.AGENT_CHECKPOINTS, 1, vm, mode, "completed");
    metrics.add(Metric.AGENT_KEYFRAMES, manifest.keyframe() ? 1 : 0, vm);
    metrics.record(
        Metric.AGENT_CHECKPOINT_DURATION,
        Duration.between(progress.start(), clock.instant()),
        vm,
        mode);
    metrics.record(Metric.AGENT_GUEST_PAUSE, manifest.times().pauseLength(), vm, mode);
    for (Phase phase : TIMED) {
      String name = phase.name().toLowerCase(Locale.ROOT);
      metrics.record(Metric.AGENT_PHASE_DURATION, progress.length(phase), vm, name);
    }
    count(manifest.counts(), progress);
    manifest.hostReads().ifPresent(this::count);
    boolean hookFailed = manifest.hook().filter(hook -> !hook.succeeded()).isPresent();
    metrics.add(Metric.AGENT_HOOK_FAILURES, hookFailed ? 1 : 0, vm);
  }

  private void count(PageCounts pages, CaptureProgress progress) {
    metrics.add(Metric.AGENT_PAGES, pages.scanned(), vm, "scanned");
    metrics.add(Metric.AGENT_PAGES, pages.zero(), vm, "zero");
    metrics.add(Metric.AGENT_PAGES, pages.unchanged(), vm, "unchanged");
    metrics.add(Metric.AGENT_PAGES, pages.published(), vm, "published");
    metrics.add(Metric.AGENT_PAGES, progress.resentPages(), vm, "resent");
    double withBytes = pages.scanned() - pages.zero();
    metrics.add(Metric.AGENT_BYTES, withBytes * progress.pageBytes(), vm, "source");
    metrics.add(Metric.AGENT_BYTES, pages.publishedBytes(), vm, "published");
  }

  private void count(HostReads pages) {
    metrics.add(Metric.AGENT_HOST_PAGES, pages.marked(), vm, "marked");
    metrics.add(Metric.AGENT_HOST_PAGES, pages.firstPass(), vm, "first_pass");
    metrics.add(Metric.AGENT_HOST_PAGES, pages.audited(), vm, "audited");
  }

  /** A checkpoint was lost, or could not even begin. */
  public void failed(IOException why) {
    Optional<CaptureMode> tried =
        Optional.ofNullable(current).flatMap(CaptureProgress::mode).or(() -> asked);
    current = null; // The next one may fail before it begins, with nothing to do with this one.
    metrics.add(Metric.AGENT_CHECKPOINTS, 1, vm, nameOf(tried), "failed");
    metrics.add(Metric.AGENT_AUDIT_FAILURES, why instanceof AuditException ? 1 : 0, vm);
  }

  /** Checkpoints were due while another one was still being taken. */
  public void skippedBeats(long beats) {
    metrics.add(Metric.AGENT_SKIPPED_BEATS, beats, vm);
  }
}
