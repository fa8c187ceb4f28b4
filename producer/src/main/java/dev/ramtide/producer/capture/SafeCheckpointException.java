package dev.ramtide.producer.capture;

import dev.ramtide.checkpoint.CheckpointManifest;
import java.io.IOException;

/** A checkpoint is in the log and counts, but what came after that failed. */
public final class SafeCheckpointException extends IOException {
  private static final long serialVersionUID = 1;

  private final transient CheckpointManifest manifest;

  SafeCheckpointException(CheckpointManifest manifest, IOException failure) {
    super(
        "checkpoint "
            + manifest.checkpoint()
            + " is safe in the log, but after that: "
            + failure.getMessage(),
        failure);
    this.manifest = manifest;
  }

  public CheckpointManifest manifest() {
    return manifest;
  }
}
