package dev.ramtide.sink.seal;

import dev.ramtide.checkpoint.RecordedCheckpoint;
import dev.ramtide.sink.state.ControlState;
import dev.ramtide.sink.state.ImagePaths;
import java.io.IOException;

/**
 * Is told when an image becomes something else, after it did. Called by the sealer's thread; may be
 * told twice.
 */
public interface ImageListener {
  void imageIs(ImagePaths paths, ControlState state, RecordedCheckpoint checkpoint)
      throws IOException;
}
