package dev.ramtide.producer.capture;

import dev.ramtide.checkpoint.CaptureTimes;
import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.checkpoint.EpochStarted;
import dev.ramtide.checkpoint.HookOutcome;
import dev.ramtide.checkpoint.PageCounts;
import dev.ramtide.guest.Striping;
import dev.ramtide.producer.dirty.ChangeFilter;
import dev.ramtide.producer.dirty.RangeAssembler;
import dev.ramtide.producer.publish.EpochLog;
import dev.ramtide.producer.publish.FlushedCapture;
import dev.ramtide.producer.stream.MachineDescription;
import dev.ramtide.producer.stream.MachineDescription.Coverage;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One machine in one epoch: what was said of it, and what the log holds of its pages. When the
 * machine changes or anything fails, this is thrown away with its epoch.
 */
final class GuestEpoch implements AutoCloseable {
  private final EpochLog log;
  private final MachineDescription machine;
  private final SessionOptions options;
  private final Clock clock;
  private final ChangeFilter filter;
  private int checkpointsSinceKeyframe;
  private boolean keyframe;

  GuestEpoch(CaptureSession session, MachineDescription machine) {
    this.log = session.log();
    this.machine = machine;
    this.options = session.options();
    this.clock = session.clock();
    Striping striping =
        new Striping(machine.memory(), options.stripePages(), options.partitionCount());
    this.filter =
        new ChangeFilter(
            striping,
            new RangeAssembler(striping, log.epoch(), options.payloadBytes(), log),
            session.hashMemory());
  }

  /**
   * Whether a guest is still the one that the log knows; what else changes does not matter to a
   * sink.
   */
  boolean isOf(MachineDescription other) {
    return machine.memory().equals(other.memory())
        && machine.machineType().equals(other.machineType())
        && machine.preamble().equals(other.preamble());
  }

  ChangeFilter filter() {
    return filter;
  }

  /**
   * Begins a checkpoint, with all that must be in the log before its first page.
   *
   * @param offered by the source
   * @return what it has to deliver: all, where the log needs every page
   */
  Coverage begin(long checkpoint, CaptureSource source, Coverage offered) throws IOException {
    boolean due =
        options.keyframeInterval() > 0 && checkpointsSinceKeyframe >= options.keyframeInterval();
    keyframe = checkpointsSinceKeyframe == 0 || due;
    if (keyframe) {
      log.start(started(source));
    }
    Coverage needed = keyframe ? Coverage.WHOLE : offered;
    filter.begin(checkpoint, keyframe, needed);
    return needed;
  }

  private EpochStarted started(CaptureSource source) {
    return new EpochStarted(
        log.epoch(),
        clock.instant(),
        source.kind(),
        source.qemuVersion(),
        machine.machineType(),
        machine.memory(),
        options.stripePages(),
        options.partitionCount(),
        machine.preamble(),
        log.topicIds());
  }

  /** Completes the checkpoint: when this returns it counts. */
  CheckpointManifest complete(
      long checkpoint, CaptureFacts facts, Optional<HookOutcome> hook, CaptureProgress progress)
      throws IOException {
    PageCounts counts = filter.end();
    progress.resent(filter.resentPages());
    progress.enter(CaptureProgress.Phase.ACKNOWLEDGE);
    FlushedCapture flushed = log.flush();
    if (flushed.deviceState().bytes() == 0) {
      throw new IOException(
          "the source delivered no device state: nothing could be restored from this checkpoint");
    }
    CheckpointManifest manifest =
        new CheckpointManifest(
            checkpoint,
            log.epoch(),
            keyframe,
            options.label(),
            facts.mode(),
            times(facts, clock.instant()),
            flushed.cuts(filter.digests()),
            flushed.deviceState(),
            counts,
            hook,
            facts.hostReads(),
            OptionalLong.of(filter.endSequence()),
            Optional.empty()); // The log encrypts it, if it does.
    progress.enter(CaptureProgress.Phase.MANIFEST);
    log.complete(manifest);
    progress.enter(CaptureProgress.Phase.DONE);
    checkpointsSinceKeyframe = keyframe ? 1 : checkpointsSinceKeyframe + 1;
    return manifest;
  }

  @Override
  public void close() {
    filter.close();
  }

  private static CaptureTimes times(CaptureFacts facts, Instant complete) {
    return new CaptureTimes(
        facts.start(), facts.pause(), facts.resume(), complete, facts.pauseLength());
  }
}
