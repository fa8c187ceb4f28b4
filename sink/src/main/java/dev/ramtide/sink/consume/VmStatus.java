package dev.ramtide.sink.consume;

import dev.ramtide.checkpoint.CheckpointHistory;
import dev.ramtide.checkpoint.RecordedCheckpoint;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.sink.seal.KeptCopies;
import dev.ramtide.sink.state.Control;
import dev.ramtide.sink.state.ControlFile;
import dev.ramtide.sink.state.ControlState;
import dev.ramtide.sink.state.ImagePaths;
import dev.ramtide.sink.state.Site;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * How one VM stands at a site: "could I restore now, and to which moment?"
 *
 * @param state of the image, whichever process makes it; empty before there is one
 * @param lastSealed number of the checkpoint that the image is sealed as; while the next one is
 *     applied, that of the last one as long as the log can still give it; else 0
 * @param recoveryPoint the same checkpoint, as the log tells or told of it
 * @param newest in the log
 * @param oldestRestorable from the log alone
 * @param kept checkpoints of which there are copies, oldest first
 * @param lagRecords of the partitions that this process owns
 * @param lagBytes page bytes of complete checkpoints that the image does not have yet
 * @param failure why this process has given the VM up, or cannot look at its image
 */
public record VmStatus(
    VmId vm,
    Optional<ControlState> state,
    long lastSealed,
    Optional<RecordedCheckpoint> recoveryPoint,
    Optional<RecordedCheckpoint> newest,
    Optional<RecordedCheckpoint> oldestRestorable,
    List<Long> kept,
    int partitions,
    int lockWaits,
    long lagRecords,
    long lagBytes,
    long imageBytes,
    Optional<IOException> failure) {
  /** What the image itself says. */
  private record Image(
      Optional<ControlState> state, long bytes, List<Long> kept, Optional<IOException> failure) {
    static Image look(ImagePaths paths) {
      try {
        Optional<ControlState> state = ControlFile.readFrom(paths.control()).map(Control::state);
        List<Long> kept = KeptCopies.kept(paths);
        return new Image(state, Files.size(paths.ram()), kept, Optional.empty());
      } catch (NoSuchFileException e) {
        // Not begun, or just being renamed.
        return new Image(Optional.empty(), 0, List.of(), Optional.empty());
      } catch (IOException e) {
        return new Image(Optional.empty(), 0, List.of(), Optional.of(e));
      }
    }

    Optional<Long> sealed() {
      return state
          .filter(ControlState.Sealed.class::isInstance)
          .map(is -> ((ControlState.Sealed) is).checkpoint());
    }
  }

  /** Looks at what the process knows, and at the image; what cannot be read is the failure. */
  public static VmStatus of(VmFollow follow, Site site) {
    Image image = Image.look(site.imageOf(follow.vm()));
    CheckpointHistory history = follow.history();
    VmProgress progress = follow.progress();
    if (image.state().isEmpty() && image.failure().isEmpty()) {
      progress.forgetSealed(); // Somebody has removed the image.
    }
    image.sealed().ifPresent(progress::sawSealed);
    long lastSealed = image.sealed().orElseGet(() -> fromLog(progress.lastSealed(), history));
    Optional<RecordedCheckpoint> newest = history.newest();
    return new VmStatus(
        follow.vm(),
        image.state(),
        lastSealed,
        progress.recoveryPoint(lastSealed, history.checkpoint(lastSealed)),
        newest,
        history.oldestRestorable(),
        image.kept(),
        progress.partitions(),
        progress.lockWaits(),
        newest.map(one -> progress.lagRecords(one.manifest().partitions())).orElse(0L),
        newest.map(one -> lagBytes(history, one, lastSealed)).orElse(0L),
        image.bytes(),
        follow.failure().or(image::failure));
  }

  /** An image that goes on has lost what it was: then only the log can still give it. */
  private static long fromLog(long lastSealed, CheckpointHistory history) {
    boolean given =
        history.checkpoint(lastSealed).isPresent() && history.keyframeFor(lastSealed).isPresent();
    return given ? lastSealed : 0;
  }

  /** What is older than the newest keyframe nobody needs who begins anew. */
  private static long lagBytes(
      CheckpointHistory history, RecordedCheckpoint newest, long lastSealed) {
    long keyframe = history.keyframeFor(newest.number()).map(RecordedCheckpoint::number).orElse(0L);
    long first = lastSealed > 0 ? lastSealed + 1 : keyframe;
    return history.checkpoints().stream()
        .filter(one -> one.number() >= first)
        .mapToLong(one -> one.manifest().counts().publishedBytes())
        .sum();
  }

  /** Whether the image is a checkpoint now. */
  public boolean isSealed() {
    return state.filter(ControlState.Sealed.class::isInstance).isPresent();
  }

  /** The failure for a person. */
  public Optional<String> reason() {
    return failure.map(VmStatus::reasonOf);
  }

  /** Some exceptions of the JDK have no message. */
  public static String reasonOf(IOException why) {
    return Objects.requireNonNullElse(why.getMessage(), why.toString());
  }

  /** Number of the oldest checkpoint that log, image or a kept copy can give, or 0. */
  public long oldestNumber() {
    long inLog = oldestRestorable.map(RecordedCheckpoint::number).orElse(Long.MAX_VALUE);
    long inImage = isSealed() ? lastSealed : Long.MAX_VALUE;
    long inCopy = kept.isEmpty() ? Long.MAX_VALUE : kept.get(0);
    long oldest = Math.min(Math.min(inLog, inImage), inCopy);
    return oldest == Long.MAX_VALUE ? 0 : oldest;
  }

  /** Now minus the moment of the guest in the last sealed checkpoint. */
  public Optional<Duration> recoveryPointAge(Instant now) {
    return recoveryPoint.map(one -> Duration.between(one.manifest().times().pause(), now));
  }
}
