package dev.ramtide.producer.metrics;

import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.producer.capture.CaptureListener;
import dev.ramtide.producer.capture.CaptureProgress;
import java.io.IOException;

/** Tells both who counts and who remembers. */
public record AgentWatch(AgentMetrics metrics, AgentStatus status) implements CaptureListener {
  @Override
  public void claimed(long epoch) {
    metrics.claimed(epoch);
  }

  @Override
  public void begins(CaptureProgress progress) {
    metrics.begins(progress);
    status.begins(progress);
  }

  @Override
  public void completed(CheckpointManifest manifest, CaptureProgress progress) {
    metrics.completed(manifest, progress);
    status.completed(manifest, progress);
  }

  /** A checkpoint was lost, or could not even begin. */
  public void failed(IOException why) {
    metrics.failed(why);
    status.failed(why);
  }

  /** Checkpoints were due while another one was still being taken. */
  public void skippedBeats(long beats) {
    metrics.skippedBeats(beats);
  }
}
