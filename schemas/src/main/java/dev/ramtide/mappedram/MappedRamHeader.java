package dev.ramtide.mappedram;

import dev.ramtide.qemustream.MalformedStreamException;
import dev.ramtide.qemustream.StreamInput;
import dev.ramtide.qemustream.StreamOutput;
import java.io.IOException;

/**
 * What follows name and length of a block in a mapped-ram file.
 *
 * <pre>
 *    0  be32  version 1
 *    4  be64  page size
 *   12  be64  file offset of the bitmap, one bit a page
 *   20  be64  file offset of the pages
 * </pre>
 */
public record MappedRamHeader(int pageBytes, long bitmapFileOffset, long pagesFileOffset) {
  public static final int BYTES = 28;

  /** The one version there is; QEMU's loader takes anything up to it. */
  public static final int VERSION = 1;

  public MappedRamHeader {
    if (pageBytes < 1 || bitmapFileOffset < 0 || pagesFileOffset < 0) {
      throw new IllegalArgumentException(
          "pages of "
              + pageBytes
              + " bytes, bitmap at "
              + bitmapFileOffset
              + ", pages at "
              + pagesFileOffset);
    }
  }

  static MappedRamHeader read(StreamInput in) throws IOException {
    long at = in.streamOffset();
    long version = in.be32();
    if (version > VERSION) {
      throw new MalformedStreamException(
          at,
          "mapped-ram header of version "
              + version
              + ": this QEMU is newer than what is known here");
    }
    long pageBytes = in.be64();
    long bitmapFileOffset = in.be64();
    long pagesFileOffset = in.be64();
    if (pageBytes < 1
        || pageBytes > Integer.MAX_VALUE
        || bitmapFileOffset < 0
        || pagesFileOffset < 0) {
      throw new MalformedStreamException(at, "mapped-ram header with impossible values");
    }
    return new MappedRamHeader((int) pageBytes, bitmapFileOffset, pagesFileOffset);
  }

  void write(StreamOutput out) {
    out.be32(VERSION).be64(pageBytes).be64(bitmapFileOffset).be64(pagesFileOffset);
  }
}
