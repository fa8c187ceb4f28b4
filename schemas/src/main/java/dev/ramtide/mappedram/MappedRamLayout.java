package dev.ramtide.mappedram;

import dev.ramtide.guest.GuestMemoryMap;
import dev.ramtide.guest.RamBlock;
import dev.ramtide.qemustream.Capability;
import dev.ramtide.qemustream.RamFlags;
import dev.ramtide.qemustream.RamSection;
import dev.ramtide.qemustream.SectionHeader;
import dev.ramtide.qemustream.SectionType;
import dev.ramtide.qemustream.StreamOutput;
import dev.ramtide.qemustream.StreamPreamble;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Where everything stands in the mapped-ram file that we write for a guest. Depends on machine and
 * memory alone, so that all who write the file agree without a word.
 *
 * <pre>
 *   preamble with the capability mapped-ram
 *   01 | header of ram | be64 total|MEM_SIZE
 *   per block:  str8 name | be64 usedLength | {@link MappedRamHeader} | bitmap | hole up to 1 MiB
 *               pages, usedLength bytes
 *   be64 EOS | footer
 *   03 | be32 id | be64 EOS | footer
 *   device state
 * </pre>
 *
 * Immutable; any thread.
 */
public final class MappedRamLayout {
  /** What QEMU aligns to itself; it makes direct I/O safe on every device. */
  public static final long PAGES_ALIGNMENT_BYTES = 1 << 20;

  /** Any id will do as long as one file uses it throughout. */
  private static final int SECTION_ID = 1;

  /** Blocks below this size may be ROM or flash, which QEMU fills before it loads. */
  private static final long EXPLICIT_ZEROS_BELOW_BYTES = 64L << 20;

  private final GuestMemoryMap memory;
  private final List<BlockPlace> places = new ArrayList<>();
  private final List<FileRegion> headers = new ArrayList<>();

  /**
   * @param asReceived the preamble of the stream the pages come from, whatever its capabilities
   * @param memory in the order of that stream
   */
  public MappedRamLayout(StreamPreamble asReceived, GuestMemoryMap memory) {
    if (asReceived.pageBytes() != memory.pageBytes()) {
      throw new IllegalArgumentException(
          "pages of "
              + memory.pageBytes()
              + " bytes, but the configuration of "
              + asReceived.machineType()
              + " says "
              + asReceived.pageBytes());
    }
    this.memory = memory;
    StreamOutput out = new StreamOutput();
    out.raw(asReceived.withCapabilities(List.of(Capability.MAPPED_RAM)).bytes())
        .u8(SectionType.START);
    new SectionHeader(SECTION_ID, RamSection.IDSTR, 0, RamSection.VERSION).write(out);
    out.be64(memory.usedLength() | RamFlags.MEM_SIZE);
    long fileOffset = 0;
    for (int block = 0; block < memory.blockCount(); block++) {
      fileOffset = place(block, fileOffset, out);
      out = new StreamOutput();
    }
    RamSection.writeBodyEnd(out, SECTION_ID);
    out.u8(SectionType.END).be32(SECTION_ID);
    RamSection.writeBodyEnd(out, SECTION_ID);
    headers.add(new FileRegion(fileOffset, out.toBuffer()));
  }

  /**
   * Ends the header region that {@code out} began with this block's entry; returns the end of the
   * block's pages.
   */
  private long place(int block, long fileOffset, StreamOutput out) {
    RamBlock entry = memory.block(block);
    out.str8(entry.name()).be64(entry.usedLength());
    long bitmap = fileOffset + out.size() + MappedRamHeader.BYTES;
    long pages = roundUp(bitmap + PageBitmap.bytesFor(memory.pageCount(block)));
    new MappedRamHeader(memory.pageBytes(), bitmap, pages).write(out);
    headers.add(new FileRegion(fileOffset, out.toBuffer()));
    places.add(new BlockPlace(bitmap, pages));
    return pages + entry.usedLength();
  }

  public GuestMemoryMap memory() {
    return memory;
  }

  public long bitmapFileOffset(int block) {
    return places.get(block).bitmapFileOffset();
  }

  public long pagesFileOffset(int block) {
    return places.get(block).pagesFileOffset();
  }

  /** Where a page stands; the pages of a block follow each other without gaps. */
  public long fileOffsetOfPage(int block, long pageIndex) {
    if (pageIndex < 0 || pageIndex >= memory.pageCount(block)) {
      throw new IllegalArgumentException("page " + pageIndex + " of " + memory.block(block));
    }
    return pagesFileOffset(block) + pageIndex * memory.pageBytes();
  }

  /** Where the device state starts, which goes on to the end of the file. */
  public long deviceStateFileOffset() {
    return headers.get(headers.size() - 1).endFileOffset();
  }

  /**
   * Whether zero pages of this block must be marked in the bitmap, with zeros in their place. QEMU
   * leaves a page whose bit is clear as the destination has it, and that is not zero for flash and
   * ROMs; main RAM is fresh, so its zero pages may stay holes.
   */
  public boolean zeroPagesAreExplicit(int block) {
    return memory.block(block).usedLength() < EXPLICIT_ZEROS_BELOW_BYTES;
  }

  /**
   * Everything fixed but the bitmaps, in file order: preamble to the first block's header, the
   * other blocks' headers, and what stands between the last block's pages and the device state. The
   * first four bytes of the first region are the magic without which nobody takes the file for one.
   */
  public List<FileRegion> headers() {
    return List.copyOf(headers);
  }

  /** The region of a block's bitmap. */
  public FileRegion bitmap(int block, PageBitmap bitmap) {
    ByteBuffer bytes = bitmap.toBytes();
    if (bitmap.pageCount() != memory.pageCount(block)) {
      throw new IllegalArgumentException(
          "bitmap of " + bitmap.pageCount() + " pages for " + memory.block(block));
    }
    return new FileRegion(bitmapFileOffset(block), bytes);
  }

  private static long roundUp(long fileOffset) {
    return (fileOffset + PAGES_ALIGNMENT_BYTES - 1) & -PAGES_ALIGNMENT_BYTES;
  }
}
