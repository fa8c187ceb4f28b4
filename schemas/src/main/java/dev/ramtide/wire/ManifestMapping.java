package dev.ramtide.wire;

import dev.ramtide.checkpoint.CaptureMode;
import dev.ramtide.checkpoint.CaptureTimes;
import dev.ramtide.checkpoint.CheckpointFailed;
import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.checkpoint.DeviceStateChunk;
import dev.ramtide.checkpoint.DeviceStateSummary;
import dev.ramtide.checkpoint.HookOutcome;
import dev.ramtide.checkpoint.HostReads;
import dev.ramtide.checkpoint.PageCounts;
import dev.ramtide.checkpoint.PartitionCut;
import dev.ramtide.integrity.PageDigest;
import dev.ramtide.wire.avro.CheckpointCompleted;
import dev.ramtide.wire.avro.Cut;
import dev.ramtide.wire.avro.DeviceState;
import dev.ramtide.wire.avro.Digest;
import dev.ramtide.wire.avro.PauseHook;
import dev.ramtide.wire.avro.PauseHookResult;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** The end of a checkpoint and its device state, domain to Avro and back. */
final class ManifestMapping {
  private ManifestMapping() {}

  static DeviceState toAvro(DeviceStateChunk chunk) {
    return new DeviceState(chunk.epoch(), chunk.checkpoint(), chunk.chunkIndex(), chunk.bytes());
  }

  static DeviceStateChunk fromAvro(DeviceState chunk) {
    return new DeviceStateChunk(
        chunk.getEpoch(), chunk.getCheckpoint(), chunk.getChunkIndex(), chunk.getBytes());
  }

  static dev.ramtide.wire.avro.CheckpointFailed toAvro(CheckpointFailed failed) {
    return new dev.ramtide.wire.avro.CheckpointFailed(
        failed.epoch(), failed.checkpoint(), failed.time(), failed.reason());
  }

  static CheckpointFailed fromAvro(dev.ramtide.wire.avro.CheckpointFailed failed) {
    return new CheckpointFailed(
        failed.getEpoch(), failed.getCheckpoint(), failed.getTime(), failed.getReason());
  }

  static CheckpointCompleted toAvro(CheckpointManifest manifest) {
    return CheckpointCompleted.newBuilder()
        .setCheckpoint(manifest.checkpoint())
        .setEpoch(manifest.epoch())
        .setKeyframe(manifest.keyframe())
        .setLabel(manifest.label())
        .setMode(toAvro(manifest.mode()))
        .setStartTime(manifest.times().start())
        .setPauseTime(manifest.times().pause())
        .setResumeTime(manifest.times().resume())
        .setCompleteTime(manifest.times().complete())
        .setPauseMicros(manifest.times().pauseLength().toNanos() / 1000)
        .setPartitions(manifest.partitions().stream().map(ManifestMapping::toAvro).toList())
        .setDeviceStateBytes(manifest.deviceState().bytes())
        .setDeviceStateChunks(manifest.deviceState().chunkCount())
        .setDeviceStateChecksum(Checksums.toAvro(manifest.deviceState().checksum()))
        .setPagesScanned(manifest.counts().scanned())
        .setPagesZero(manifest.counts().zero())
        .setPagesUnchanged(manifest.counts().unchanged())
        .setPagesPublished(manifest.counts().published())
        .setBytesPublished(manifest.counts().publishedBytes())
        .setPauseHook(manifest.hook().map(ManifestMapping::toAvro).orElse(null))
        .setHostReads(manifest.hostReads().map(ManifestMapping::toAvro).orElse(null))
        .setEndSequence(manifest.endSequence().orElse(-1))
        .setEncryptedProof(manifest.encryptedProof().orElse(null))
        .build();
  }

  static CheckpointManifest fromAvro(CheckpointCompleted manifest) {
    List<PartitionCut> partitions =
        manifest.getPartitions().stream().map(ManifestMapping::fromAvro).toList();
    return new CheckpointManifest(
        manifest.getCheckpoint(),
        manifest.getEpoch(),
        manifest.getKeyframe(),
        manifest.getLabel(),
        fromAvro(manifest.getMode()),
        times(manifest),
        partitions,
        deviceState(manifest),
        counts(manifest),
        Optional.ofNullable(manifest.getPauseHook()).map(ManifestMapping::fromAvro),
        Optional.ofNullable(manifest.getHostReads()).map(ManifestMapping::fromAvro),
        manifest.getEndSequence() < 0
            ? OptionalLong.empty()
            : OptionalLong.of(manifest.getEndSequence()),
        Optional.ofNullable(manifest.getEncryptedProof()).map(ManifestMapping::copy));
  }

  /** A manifest outlives the buffer that it was fetched in. */
  private static ByteBuffer copy(ByteBuffer bytes) {
    return ByteBuffer.allocate(bytes.remaining()).put(bytes.duplicate()).flip();
  }

  private static PauseHook toAvro(HookOutcome hook) {
    PauseHookResult result =
        switch (hook.result()) {
          case SUCCEEDED -> PauseHookResult.SUCCEEDED;
          case FAILED -> PauseHookResult.FAILED;
          case TIMED_OUT -> PauseHookResult.TIMED_OUT;
          case NOT_STARTED -> PauseHookResult.NOT_STARTED;
        };
    return new PauseHook(result, hook.exitCode(), hook.length().toNanos() / 1000, hook.output());
  }

  private static HookOutcome fromAvro(PauseHook hook) {
    HookOutcome.Result result =
        switch (hook.getResult()) {
          case SUCCEEDED -> HookOutcome.Result.SUCCEEDED;
          case FAILED -> HookOutcome.Result.FAILED;
          case TIMED_OUT -> HookOutcome.Result.TIMED_OUT;
          case NOT_STARTED -> HookOutcome.Result.NOT_STARTED;
        };
    return new HookOutcome(result, hook.getExitCode(), length(hook.getMicros()), hook.getOutput());
  }

  private static dev.ramtide.wire.avro.HostReads toAvro(HostReads reads) {
    return new dev.ramtide.wire.avro.HostReads(reads.marked(), reads.firstPass(), reads.audited());
  }

  private static HostReads fromAvro(dev.ramtide.wire.avro.HostReads reads) {
    return new HostReads(reads.getMarked(), reads.getFirstPass(), reads.getAudited());
  }

  private static CaptureTimes times(CheckpointCompleted manifest) {
    return new CaptureTimes(
        manifest.getStartTime(),
        manifest.getPauseTime(),
        manifest.getResumeTime(),
        manifest.getCompleteTime(),
        length(manifest.getPauseMicros()));
  }

  /** Refuses one of so many years that nobody could count its nanoseconds. */
  private static Duration length(long micros) {
    try {
      return Duration.ofNanos(Math.multiplyExact(micros, 1000L));
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException("a length of " + micros + " microseconds", e);
    }
  }

  private static DeviceStateSummary deviceState(CheckpointCompleted manifest) {
    return new DeviceStateSummary(
        manifest.getDeviceStateBytes(),
        manifest.getDeviceStateChunks(),
        Checksums.fromAvro(manifest.getDeviceStateChecksum()));
  }

  private static PageCounts counts(CheckpointCompleted manifest) {
    return new PageCounts(
        manifest.getPagesScanned(),
        manifest.getPagesZero(),
        manifest.getPagesUnchanged(),
        manifest.getPagesPublished(),
        manifest.getBytesPublished());
  }

  private static Cut toAvro(PartitionCut cut) {
    ByteBuffer digest = ByteBuffer.allocate(PageDigest.BYTES);
    digest.putLong(cut.digest().high()).putLong(cut.digest().low());
    return new Cut(cut.startRecordOffset(), cut.endRecordOffset(), new Digest(digest.array()));
  }

  private static PartitionCut fromAvro(Cut cut) {
    ByteBuffer digest = ByteBuffer.wrap(cut.getDigest().bytes());
    return new PartitionCut(
        cut.getStartOffset(),
        cut.getEndOffset(),
        new PageDigest(digest.getLong(), digest.getLong()));
  }

  private static dev.ramtide.wire.avro.CaptureMode toAvro(CaptureMode mode) {
    return switch (mode) {
      case BACKGROUND -> dev.ramtide.wire.avro.CaptureMode.BACKGROUND;
      case LIVE -> dev.ramtide.wire.avro.CaptureMode.LIVE;
      case STOP -> dev.ramtide.wire.avro.CaptureMode.STOP;
      case EXTERNAL -> dev.ramtide.wire.avro.CaptureMode.EXTERNAL;
      case KERNEL -> dev.ramtide.wire.avro.CaptureMode.KERNEL;
      case SCAN -> dev.ramtide.wire.avro.CaptureMode.SCAN;
    };
  }

  private static CaptureMode fromAvro(dev.ramtide.wire.avro.CaptureMode mode) {
    return switch (mode) {
      case BACKGROUND -> CaptureMode.BACKGROUND;
      case LIVE -> CaptureMode.LIVE;
      case STOP -> CaptureMode.STOP;
      case EXTERNAL -> CaptureMode.EXTERNAL;
      case KERNEL -> CaptureMode.KERNEL;
      case SCAN -> CaptureMode.SCAN;
    };
  }
}
