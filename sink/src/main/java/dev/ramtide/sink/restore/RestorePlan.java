package dev.ramtide.sink.restore;

import dev.ramtide.checkpoint.RecordedCheckpoint;
import dev.ramtide.mappedram.MappedRamLayout;
import dev.ramtide.qemustream.StreamPreamble;
import dev.ramtide.sink.consume.VmFollow;
import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;

/**
 * What makes a checkpoint: a base, and the records from there to the checkpoint's own end. Holds
 * the base's gate until it is closed, or its image was copied.
 *
 * @param base a keyframe, whose records are replayed too; or the checkpoint that an image is sealed
 *     at
 * @param image that image
 * @param target where the replay ends
 * @param records to replay, over all partitions
 * @param pageBytes page bytes that the checkpoints among them sent; what was left between them by
 *     captures that never completed comes on top
 */
public record RestorePlan(
    RecordedCheckpoint base,
    Optional<GatedImage> image,
    RecordedCheckpoint target,
    long records,
    long pageBytes)
    implements Closeable {

  /** From the last keyframe at or below a checkpoint that {@link CheckpointChoice} found. */
  public static RestorePlan fromKeyframe(VmFollow vm, RecordedCheckpoint target) {
    RecordedCheckpoint keyframe = vm.history().keyframeFor(target.number()).orElseThrow();
    return of(vm, keyframe, Optional.empty(), target);
  }

  /** From an image that is sealed at a checkpoint at or below the target. */
  static RestorePlan fromImage(
      VmFollow vm, RecordedCheckpoint sealed, GatedImage image, RecordedCheckpoint target) {
    return of(vm, sealed, Optional.of(image), target);
  }

  private static RestorePlan of(
      VmFollow vm, RecordedCheckpoint base, Optional<GatedImage> image, RecordedCheckpoint target) {
    long first = image.isPresent() ? base.number() + 1 : base.number();
    long pageBytes =
        vm.history().checkpoints().stream()
            .filter(one -> one.number() >= first && one.number() <= target.number())
            .mapToLong(one -> one.manifest().counts().publishedBytes())
            .sum();
    RestorePlan bare = new RestorePlan(base, image, target, 0, pageBytes);
    long records = 0;
    for (int partition = 0; partition < target.manifest().partitions().size(); partition++) {
      records += bare.endRecordOffset(partition) - bare.startRecordOffset(partition);
    }
    return new RestorePlan(base, image, target, records, pageBytes);
  }

  /** Whether the image is the wanted checkpoint as it stands. */
  public boolean isWholeInImage() {
    return image.isPresent() && base.number() == target.number();
  }

  /** Size of the mapped-ram file that comes out; where memory is zero it is a hole. */
  public long fileBytes() throws IOException {
    StreamPreamble preamble = StreamPreamble.parse(target.epoch().preamble());
    return new MappedRamLayout(preamble, target.epoch().memory()).deviceStateFileOffset()
        + target.manifest().deviceState().bytes();
  }

  /** What the QEMU that shall run it must have. */
  public MachineNeeds needs() {
    return new MachineNeeds(target.epoch().machineType(), target.epoch().memory());
  }

  long startRecordOffset(int partition) {
    return image.isPresent()
        ? base.manifest().partitions().get(partition).endRecordOffset()
        : base.manifest().partitions().get(partition).startRecordOffset();
  }

  long endRecordOffset(int partition) {
    return target.manifest().partitions().get(partition).endRecordOffset();
  }

  @Override
  public void close() throws IOException {
    if (image.isPresent()) {
      image.get().close();
    }
  }
}
