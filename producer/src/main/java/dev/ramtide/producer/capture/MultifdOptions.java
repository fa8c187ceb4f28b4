package dev.ramtide.producer.capture;

import dev.ramtide.qemustream.MultifdCompression;

/**
 * Through how many channels beside the main connection a driven QEMU sends its pages.
 *
 * @param channels 0 to {@link #MAX_CHANNELS}; 0 is a plain stream
 */
public record MultifdOptions(int channels, MultifdCompression compression) {
  /**
   * QEMU's limit is 255. Each costs a thread here and 1.5 MiB of heap: 1 MiB of what was received,
   * and the unpacked pages of a packet. Outside of the heap it costs up to 1 MiB, which Java reads
   * into, and with zstd 1.5 MiB more and the window that the sender chose.
   */
  public static final int MAX_CHANNELS = 64;

  private static final long HEAP_BYTES_PER_CHANNEL = 3 << 19;
  private static final long DIRECT_BYTES_PER_CHANNEL = 1 << 20;

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

  static ReadingMemory readingMemory(int channels) {
    return new ReadingMemory(
        channels * HEAP_BYTES_PER_CHANNEL, channels * DIRECT_BYTES_PER_CHANNEL);
  }

  boolean areUsed() {
    return channels > 0;
  }
}
