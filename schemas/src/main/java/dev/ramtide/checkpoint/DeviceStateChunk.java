package dev.ramtide.checkpoint;

import java.nio.ByteBuffer;

/**
 * A piece of the device state: QEMU's stream from the first device section to its end, copied as it
 * is.
 *
 * @param chunkIndex from 0; the pieces concatenated in this order are the device state
 * @param bytes at most {@link #MAX_BYTES}
 */
public record DeviceStateChunk(long epoch, long checkpoint, int chunkIndex, ByteBuffer bytes)
    implements CheckpointRecord {
  public static final int MAX_BYTES = 512 * 1024;

  /**
   * An agent makes no larger ones: encrypted a chunk has a tag, and compression may add a little.
   */
  public static final int MAX_PLAIN_BYTES = MAX_BYTES - 4096;

  public DeviceStateChunk {
    if (epoch < 0 || checkpoint < 1 || chunkIndex < 0 || bytes.remaining() > MAX_BYTES) {
      throw new IllegalArgumentException(
          "device state chunk "
              + chunkIndex
              + " of checkpoint "
              + checkpoint
              + ": "
              + bytes.remaining()
              + " bytes");
    }
    bytes = bytes.asReadOnlyBuffer();
  }

  @Override
  public ByteBuffer bytes() {
    return bytes.duplicate();
  }
}
