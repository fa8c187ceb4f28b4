package dev.ramtide.deploy.torture;

import java.io.IOException;

/** Counts the checkpoints that are sealed one after the other, as far as a glance sees them. */
final class SealCount {
  private final SealedImage image;
  private final Tally tally;
  private long lastSeen;

  SealCount(SealedImage image, Tally tally) {
    this.image = image;
    this.tally = tally;
  }

  /**
   * @throws IOException a sealed image has gone back
   */
  void look() throws IOException {
    long checkpoint = image.look().map(SealedImage.Sealed::checkpoint).orElse(lastSeen);
    if (checkpoint < lastSeen) {
      throw new IOException(
          "the image was sealed at checkpoint " + lastSeen + ", and now at " + checkpoint);
    }
    if (checkpoint > lastSeen) {
      lastSeen = checkpoint;
      tally.seal();
    }
  }
}
