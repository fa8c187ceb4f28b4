package dev.ramtide.mappedram;

import dev.ramtide.guest.GuestMemoryMap;
import dev.ramtide.qemustream.MalformedStreamException;
import dev.ramtide.qemustream.StreamPreamble;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Where everything stands in a mapped-ram file that exists, ours or QEMU's own.
 *
 * @param places one for each block of the map
 * @param ramEndPresent whether the RAM section was ended; QEMU writes the bitmaps then, so a file
 *     without it holds none
 * @param deviceStateFileOffset first byte of the device state; the end of the file when there is
 *     none
 */
public record MappedRamIndex(
    StreamPreamble preamble,
    GuestMemoryMap memory,
    List<BlockPlace> places,
    boolean ramEndPresent,
    long deviceStateFileOffset,
    long fileBytes) {
  public MappedRamIndex {
    places = List.copyOf(places);
    if (places.size() != memory.blockCount()) {
      throw new IllegalArgumentException(
          places.size() + " places for " + memory.blockCount() + " blocks");
    }
  }

  /**
   * Reads headers only, no bitmap and no page.
   *
   * @throws MalformedStreamException not a mapped-ram file, damaged, cut off, or with something in
   *     it that we do not carry
   */
  public static MappedRamIndex read(PositionalBytes file) throws IOException {
    return new MappedRamIndexReader(file).read();
  }

  /**
   * Which pages of a block stand in the file; a page whose bit is clear is zero, whatever stands in
   * its place.
   */
  public PageBitmap bitmap(PositionalBytes file, int block) throws IOException {
    long pageCount = memory.pageCount(block);
    ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(PageBitmap.bytesFor(pageCount)));
    long bitmapFileOffset = places.get(block).bitmapFileOffset();
    file.readFully(bitmapFileOffset, bytes);
    try {
      return PageBitmap.parse(bytes.flip(), pageCount);
    } catch (MalformedStreamException malformed) {
      throw new MalformedStreamException(
          bitmapFileOffset + malformed.streamOffset(),
          "bad bitmap of RAMBlock "
              + memory.block(block).name()
              + ": damaged, or written on a big-endian host");
    }
  }

  public long fileOffsetOfPage(int block, long pageIndex) {
    return places.get(block).pagesFileOffset() + pageIndex * memory.pageBytes();
  }

  public long deviceStateBytes() {
    return fileBytes - deviceStateFileOffset;
  }
}
