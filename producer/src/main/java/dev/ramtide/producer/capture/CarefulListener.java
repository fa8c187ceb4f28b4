package dev.ramtide.producer.capture;

import dev.ramtide.checkpoint.CheckpointManifest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps what is wrong with a listener from the capture that it is told of; says so once. */
final class CarefulListener implements CaptureListener {
  private static final Logger LOG = LoggerFactory.getLogger(CarefulListener.class);

  private final CaptureListener listener;
  private boolean told;

  CarefulListener(CaptureListener listener) {
    this.listener = listener;
  }

  private void carefully(Runnable telling) {
    try {
      telling.run();
    } catch (RuntimeException e) {
      if (!told) {
        told = true;
        LOG.atWarn().setCause(e).log("what watches this agent fails, the agent goes on");
      }
    }
  }

  @Override
  public void claimed(long epoch) {
    carefully(() -> listener.claimed(epoch));
  }

  @Override
  public void begins(CaptureProgress progress) {
    carefully(() -> listener.begins(progress));
  }

  @Override
  public void completed(CheckpointManifest manifest, CaptureProgress progress) {
    carefully(() -> listener.completed(manifest, progress));
  }
}
