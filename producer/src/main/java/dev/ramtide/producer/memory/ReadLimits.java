package dev.ramtide.producer.memory;

import dev.ramtide.producer.procfs.PagemapEntry;

/**
 * What a {@link PageReader} may hold in memory.
 *
 * @param pieceBytes of one buffer, the most that one read asks for: whole pages, at most 16 MiB; 1
 *     MiB is a good value
 * @param copyBytes of all buffers for {@link PageReader#copy} together, rounded down to whole
 *     pieces; may be 0. What does not fit is handed on during the pause
 */
public record ReadLimits(int pieceBytes, long copyBytes) {
  private static final int MAX_PIECE_BYTES = 16 << 20;

  public ReadLimits {
    if (pieceBytes < PagemapEntry.PAGE_BYTES
        || pieceBytes > MAX_PIECE_BYTES
        || pieceBytes % PagemapEntry.PAGE_BYTES != 0) {
      throw new IllegalArgumentException("pieces of " + pieceBytes + " bytes");
    }
    if (copyBytes < 0) {
      throw new IllegalArgumentException("copies of " + copyBytes + " bytes");
    }
  }
}
