package dev.ramtide.producer.capture;

import dev.ramtide.qemustream.MultifdCompression;

/**
 * Through how many channels beside the main connection a driven QEMU sends its pages.
 *
 * @param channels 0 to {@link #MAX_CHANNELS}; 0 is a plain stream
 */
public record MultifdOptions(int channels, MultifdCompression compression) {
  /** QEMU's limit is 255; each costs a thread and 1.5 MiB of memory here. */
  public static final int MAX_CHANNELS = 64;

  public static final MultifdOptions NONE = new MultifdOptions(0, MultifdCompression.NONE);

  public MultifdOptions {
    if (channels < 0 || channels > MAX_CHANNELS) {
      throw new IllegalArgumentException(
          "--multifd-channels " + channels + ": must be 1 to " + MAX_CHANNELS);
    }
    if (channels == 0 && compression != MultifdCompression.NONE) {
      throw new IllegalArgumentException("--multifd-compression needs --multifd-channels");
    }
  }

  boolean areUsed() {
    return channels > 0;
  }
}
