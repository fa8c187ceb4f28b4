package dev.ramtide.sink.seal;

import dev.ramtide.checkpoint.EpochStarted;
import dev.ramtide.checkpoint.RecordedCheckpoint;
import dev.ramtide.sink.state.ControlState;
import dev.ramtide.sink.state.ImagePaths;
import java.io.IOException;

/**
 * Is told what an image is, so that what it says to others is never more than what is true: that it
 * is on its way before its magic is destroyed, that it is sealed after that was recorded. Called by
 * the sealer's thread, which holds the image's gate; may be told twice, and again by the next owner
 * after a crash.
 */
public interface ImageListener {
  /** Never sealed, and no checkpoint is complete yet. */
  default void imageFills(ImagePaths paths, EpochStarted epoch) throws IOException {}

  void imageIs(ImagePaths paths, ControlState state, RecordedCheckpoint checkpoint)
      throws IOException;
}
