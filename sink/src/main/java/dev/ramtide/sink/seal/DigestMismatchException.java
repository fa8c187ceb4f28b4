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
            + " manifest. Keep the image for analysis, then remove its directory and let the sink fill it again from the log");
  }
}
