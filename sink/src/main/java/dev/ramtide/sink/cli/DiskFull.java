package dev.ramtide.sink.cli;

import java.io.IOException;
import java.nio.file.Path;

/** The world's shortest message, made longer. */
final class DiskFull {
  private static final String ENOSPC = "No space left on device";

  private DiskFull() {}

  /**
   * The failure as it is to be told.
   *
   * @param option by which another directory can be chosen
   */
  static IOException explained(IOException failure, Path directory, String option) {
    return String.valueOf(failure.getMessage()).contains(ENOSPC)
        ? new IOException(
            directory
                + ": no space left for the restored memory (--dry-run says how much it may need). Nothing was left"
                + " behind; choose another place with "
                + option,
            failure)
        : failure;
  }
}
