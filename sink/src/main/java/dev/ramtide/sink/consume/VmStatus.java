package dev.ramtide.sink.consume;

import dev.ramtide.checkpoint.CheckpointHistory;
import dev.ramtide.checkpoint.RecordedCheckpoint;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.sink.state.Control;
import dev.ramtide.sink.state.ControlFile;
import dev.ramtide.sink.state.ControlState;
import dev.ramtide.sink.state.ImagePaths;
import dev.ramtide.sink.state.Site;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How one VM stands at a site: "could I restore now, and to which moment?"
 *
 * @param state of the image, whichever process makes it; empty before there is one
 * @param lastSealed number of the checkpoint that the image is sealed as, or was last seen as, or 0
 * @param recoveryPoint the same checkpoint, as the log tells or told of it
 * @param newest in the log
 * @param oldestRestorable from the log alone
 * @param lagRecords of the partitions that this process owns
 * @param lagBytes page bytes of complete checkpoints that the image does not have yet
 * @param failure why this process has given the VM up, if it has
 */
public record VmStatus(
    VmId vm,
    Optional<ControlState> state,
    long lastSealed,
    Optional<RecordedCheckpoint> recoveryPoint,
    Optional<RecordedCheckpoint> newest,
    Optional<RecordedCheckpoint> oldestRestorable,
    int partitions,
    int lockWaits,
    long lagRecords,
    long lagBytes,
    long imageBytes,
    Optional<IOException> failure) {
  /** Looks at what the process knows, and at the image. */
  public static VmStatus of(VmFollow follow, Site site) throws IOException {
    ImagePaths paths = site.imageOf(follow.vm());
    CheckpointHistory history = follow.history();
    Optional<ControlState> state =
        Files.exists(paths.control())
            ? ControlFile.readFrom(paths.control()).map(Control::state)
            : Optional.empty();
    sealedNumber(state).ifPresent(follow.progress()::sawSealed);
    long lastSealed = follow.progress().lastSealed();
    Optional<RecordedCheckpoint> newest = history.newest();
    return new VmStatus(
        follow.vm(),
        state,
        lastSealed,
        follow.progress().recoveryPoint(history.checkpoint(lastSealed)),
        newest,
        history.oldestRestorable(),
        follow.progress().partitions(),
        follow.progress().lockWaits(),
        newest.map(one -> follow.progress().lagRecords(one.manifest().partitions())).orElse(0L),
        lagBytes(history.checkpoints(), lastSealed),
        Files.exists(paths.ram()) ? Files.size(paths.ram()) : 0,
        follow.failure());
  }

  private static Optional<Long> sealedNumber(Optional<ControlState> state) {
    return state
        .filter(ControlState.Sealed.class::isInstance)
        .map(is -> ((ControlState.Sealed) is).checkpoint());
  }

  private static long lagBytes(List<RecordedCheckpoint> checkpoints, long lastSealed) {
    return checkpoints.stream()
        .filter(one -> one.number() > lastSealed)
        .mapToLong(one -> one.manifest().counts().publishedBytes())
        .sum();
  }

  /** Number of the oldest checkpoint that can be restored, from the log or the image, or 0. */
  public long oldestNumber() {
    long inLog = oldestRestorable.map(RecordedCheckpoint::number).orElse(Long.MAX_VALUE);
    long inImage = lastSealed > 0 ? lastSealed : Long.MAX_VALUE;
    long oldest = Math.min(inLog, inImage);
    return oldest == Long.MAX_VALUE ? 0 : oldest;
  }

  /** Now minus the moment of the guest in the last sealed checkpoint. */
  public Optional<Duration> recoveryPointAge(Instant now) {
    return recoveryPoint.map(one -> Duration.between(one.manifest().times().pause(), now));
  }
}
