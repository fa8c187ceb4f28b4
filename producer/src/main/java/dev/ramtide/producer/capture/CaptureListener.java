package dev.ramtide.producer.capture;

import dev.ramtide.checkpoint.CheckpointManifest;

/**
 * Is told what a session does, as it does it, by its thread: it returns at once and throws nothing.
 */
public interface CaptureListener {
  /** For a session that nobody watches. */
  CaptureListener NONE = new CaptureListener() {};

  /** The VM is ours from this epoch on. */
  default void claimed(long epoch) {}

  /** A capture has begun; the progress goes on to change. */
  default void begins(CaptureProgress progress) {}

  /** The checkpoint is in the log and counts. */
  default void completed(CheckpointManifest manifest, CaptureProgress progress) {}
}
