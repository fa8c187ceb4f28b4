package dev.ramtide.checkpoint;

/**
 * What the device state of a checkpoint must be when its chunks are put together.
 *
 * @param bytes length of all chunks
 * @param chunkCount number of chunks
 * @param checksum CRC-32C of all bytes
 */
public record DeviceStateSummary(long bytes, int chunkCount, int checksum) {
  /** Bounds what a manifest can make a reader allocate; device state is usually below 1 MiB. */
  public static final int MAX_BYTES = 64 * 1024 * 1024;

  public DeviceStateSummary {
    if (bytes < 0 || bytes > MAX_BYTES || chunkCount < 0) {
      throw new IllegalArgumentException(
          "device state of " + bytes + " bytes in " + chunkCount + " chunks");
    }
  }
}
