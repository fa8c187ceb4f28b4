package dev.ramtide.mappedram;

import java.nio.ByteBuffer;

/**
 * Bytes and where in the file they belong.
 *
 * @param bytes position to limit, read-only
 */
public record FileRegion(long fileOffset, ByteBuffer bytes) {
  public FileRegion {
    if (fileOffset < 0) {
      throw new IllegalArgumentException("file offset " + fileOffset);
    }
    bytes = bytes.asReadOnlyBuffer();
  }

  @Override
  public ByteBuffer bytes() {
    return bytes.duplicate();
  }

  /** The first byte after the region. */
  public long endFileOffset() {
    return fileOffset + bytes.remaining();
  }
}
