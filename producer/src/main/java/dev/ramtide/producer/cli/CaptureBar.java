package dev.ramtide.producer.cli;

import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.producer.capture.CaptureListener;
import dev.ramtide.producer.capture.CaptureProgress;
import dev.ramtide.producer.capture.CaptureProgress.Phase;
import dev.ramtide.report.Progress;

/**
 * A bar for each capture that takes longer than a moment, where somebody watches. Drawn by a thread
 * of its own: a capture waits for no terminal.
 */
record CaptureBar(CaptureListener next, boolean quiet) implements CaptureListener {
  private static final long MOMENT_MS = 500;
  private static final long LOOK_EVERY_MS = 50;

  @Override
  public void claimed(long epoch) {
    next.claimed(epoch);
  }

  @Override
  public void begins(CaptureProgress progress) {
    next.begins(progress);
    if (!quiet && Progress.isWatched()) {
      Thread thread = new Thread(() -> draw(progress), "capture-bar");
      thread.setDaemon(true);
      thread.start();
    }
  }

  @Override
  public void completed(CheckpointManifest manifest, CaptureProgress progress) {
    next.completed(manifest, progress);
  }

  private static void draw(CaptureProgress progress) {
    try {
      Thread.sleep(MOMENT_MS);
      while (progress.phase() == Phase.PREPARE) {
        Thread.sleep(LOOK_EVERY_MS);
      }
      String task = "checkpoint " + progress.checkpoint();
      if (!progress.isOver()) {
        try (Progress bar = new Progress(task, "pages", progress.totalPages(), false)) {
          while (!progress.isOver()) {
            bar.accept(Math.min(progress.totalPages(), progress.deliveredPages()));
            Thread.sleep(LOOK_EVERY_MS);
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
