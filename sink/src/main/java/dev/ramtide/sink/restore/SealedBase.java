package dev.ramtide.sink.restore;

import dev.ramtide.checkpoint.RecordedCheckpoint;
import dev.ramtide.sink.consume.VmFollow;
import dev.ramtide.sink.state.Control;
import dev.ramtide.sink.state.ControlFile;
import dev.ramtide.sink.state.ControlState;
import dev.ramtide.sink.state.ImageIdentity;
import dev.ramtide.sink.state.ImagePaths;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Chooses where a restore begins: at a sink's image when that is nearer than the keyframe. */
public final class SealedBase {
  private static final Logger LOG = LoggerFactory.getLogger(SealedBase.class);

  private SealedBase() {}

  /**
   * The plan with the fewest records. The image counts when it is sealed at or below the target,
   * with the target's layout and of the same topics.
   *
   * @param paths of the VM's image at a site
   * @throws IOException also when there is no image at all
   */
  public static RestorePlan nearest(VmFollow vm, RecordedCheckpoint target, ImagePaths paths)
      throws IOException, InterruptedException {
    RestorePlan fromLog = RestorePlan.fromKeyframe(vm, target);
    if (!Files.exists(paths.control())) {
      throw new IOException(
          paths.directory() + " is no sink's image of " + vm.vm() + ": which --images is meant?");
    }
    GatedImage image;
    try {
      image = readable(paths);
    } catch (IOException e) {
      LOG.atWarn()
          .addKeyValue("image", paths.ram())
          .addKeyValue("reason", e.getMessage())
          .log("an image cannot be the base now, the log alone is used");
      return fromLog;
    }
    boolean used = false;
    try {
      Optional<RecordedCheckpoint> sealed = sealedBelow(vm, target, paths);
      if (sealed.isPresent()) {
        RestorePlan fromImage = RestorePlan.fromImage(vm, sealed.get(), image, target);
        used = fromImage.records() <= fromLog.records();
        return used ? fromImage : fromLog;
      }
      return fromLog;
    } finally {
      if (!used) {
        image.close();
      }
    }
  }

  /**
   * Sealed, and with headers that can be read: the log is better than a base that turns out bad.
   */
  private static GatedImage readable(ImagePaths paths) throws IOException, InterruptedException {
    GatedImage image = GatedImage.open(paths.directory());
    try {
      image.index();
      return image;
    } catch (IOException e) {
      image.close();
      throw e;
    }
  }

  /** Asked under the image's gate, so that the answer holds as long as the gate is held. */
  private static Optional<RecordedCheckpoint> sealedBelow(
      VmFollow vm, RecordedCheckpoint target, ImagePaths paths) throws IOException {
    Control control = ControlFile.readFrom(paths.control()).orElseThrow();
    boolean sameImage =
        control.identity().equals(ImageIdentity.of(target.epoch()))
            && control.topicIds().equals(target.epoch().topicIds());
    return sameImage
            && control.state() instanceof ControlState.Sealed sealed
            && sealed.checkpoint() <= target.number()
        ? vm.history().checkpoint(sealed.checkpoint())
        : Optional.empty();
  }
}
