package dev.ramtide.sink.consume;

import dev.ramtide.checkpoint.VmId;
import dev.ramtide.sink.SmallGuest;
import dev.ramtide.sink.seal.ImageListener;
import dev.ramtide.sink.seal.KeptCopies;
import dev.ramtide.sink.state.ImagePaths;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * What a sink leaves behind when it has sealed checkpoint 1, a keyframe, and 2: the image of a
 * small guest, a kept copy of each, and the log that it followed.
 */
public record SealedSite(ImagePaths paths, VmFollow follow) {
  public static final VmId VM = ScriptedLog.VM;

  /**
   * @param listener writes what stands beside the image
   */
  public static SealedSite in(Path images, ImageListener listener)
      throws IOException, InterruptedException {
    ScriptedLog log = new ScriptedLog();
    KeptCopies kept = new KeptCopies(2, (from, to) -> Files.copy(from, to) == to);
    log.startEpoch(40);
    log.publishEveryPage(0);
    log.complete(1, true);
    try (ScriptedMember member = new ScriptedMember(images, log, Duration.ZERO, listener, kept)) {
      member.settle();
      log.publish(SmallGuest.data(0, 5, 0, 3));
      log.complete(2, false);
      member.settle();
    }
    return new SealedSite(new ImagePaths(images.resolve(VM.name())), log.follow);
  }
}
