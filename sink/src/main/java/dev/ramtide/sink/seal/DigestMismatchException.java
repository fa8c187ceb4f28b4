package dev.ramtide.sink.seal;

import java.io.IOException;
import java.util.List;

/**
 * What was applied is not what the manifest describes. The image stays unsealed; QEMU refuses it.
 */
public final class DigestMismatchException extends IOException {
  private static final long serialVersionUID = 1L;

  public DigestMismatchException(long checkpoint, List<Integer> partitions) {
    super(
        "checkpoint "
            + checkpoint
            + " is not sealed: the digests of partitions "
            + partitions
            + " differ from its"
            + " manifest: the disk lost what was written, or somebody other than the agent wrote to these partitions (a"
            + " warning then names a record). Keep the image for analysis. If ramtide restore --checkpoint "
            + checkpoint
            + " makes it from the log, remove the image's directory, and the sink fills it again. If that fails too,"
            + " start the agent again: its next checkpoint begins a new epoch, which is newer than whatever was"
            + " written");
  }
}
