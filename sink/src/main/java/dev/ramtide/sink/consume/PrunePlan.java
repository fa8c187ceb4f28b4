package dev.ramtide.sink.consume;

import dev.ramtide.checkpoint.CheckpointHistory;
import dev.ramtide.checkpoint.RecordedCheckpoint;
import java.io.IOException;
import java.time.Instant;
import java.util.List;

/**
 * What prune leaves of a log: everything from the keyframe on that the oldest kept checkpoint
 * needs.
 *
 * <pre>
 *   checkpoints 1k 2 3 | 4k 5 6 7     keep 2: 6 and 7 are wanted, 6 begins with 4, so 4 to 7 stay
 * </pre>
 *
 * @param before the oldest that could be restored until now
 * @param oldestWanted the oldest that the rule keeps
 * @param keyframe where the log begins afterwards
 * @param dropped what is in the log no longer afterwards, oldest first
 * @param left what stays, oldest first
 */
public record PrunePlan(
    RecordedCheckpoint before,
    RecordedCheckpoint oldestWanted,
    RecordedCheckpoint keyframe,
    List<RecordedCheckpoint> dropped,
    List<RecordedCheckpoint> left) {
  /**
   * Keeps this many of the newest, and what they need.
   *
   * @param count at least 1
   */
  public static PrunePlan keepNewest(VmFollow vm, int count) throws IOException {
    List<RecordedCheckpoint> restorable = restorable(vm);
    int first = Math.max(0, restorable.size() - count);
    return of(vm, restorable.get(first));
  }

  /** Keeps those whose guest stood still at a time or later, the newest in any case. */
  public static PrunePlan keepSince(VmFollow vm, Instant oldest) throws IOException {
    List<RecordedCheckpoint> restorable = restorable(vm);
    RecordedCheckpoint newest = restorable.get(restorable.size() - 1);
    return of(
        vm,
        restorable.stream()
            .filter(recorded -> !recorded.manifest().times().pause().isBefore(oldest))
            .findFirst()
            .orElse(newest));
  }

  private static List<RecordedCheckpoint> restorable(VmFollow vm) throws IOException {
    CheckpointHistory history = vm.history();
    long oldest =
        history
            .oldestRestorable()
            .map(RecordedCheckpoint::number)
            .orElseThrow(
                () ->
                    new IOException(
                        vm.vm()
                            + " has no checkpoint that can be restored from the log, so there is"
                            + " nothing to keep; to remove the VM as a whole: ramtide delete"));
    return history.checkpoints().stream().filter(one -> one.number() >= oldest).toList();
  }

  private static PrunePlan of(VmFollow vm, RecordedCheckpoint oldestWanted) {
    CheckpointHistory history = vm.history();
    RecordedCheckpoint keyframe = history.keyframeFor(oldestWanted.number()).orElseThrow();
    List<RecordedCheckpoint> all = history.checkpoints();
    return new PrunePlan(
        history.oldestRestorable().orElseThrow(),
        oldestWanted,
        keyframe,
        all.stream().filter(one -> one.number() < keyframe.number()).toList(),
        all.stream().filter(one -> one.number() >= keyframe.number()).toList());
  }

  /** Page bytes that the dropped checkpoints sent; their records are a little larger. */
  public long droppedPageBytes() {
    return pageBytes(dropped);
  }

  public long leftPageBytes() {
    return pageBytes(left);
  }

  private static long pageBytes(List<RecordedCheckpoint> checkpoints) {
    return checkpoints.stream().mapToLong(one -> one.manifest().counts().publishedBytes()).sum();
  }
}
