package dev.ramtide.checkpoint;

import dev.ramtide.guest.PageKind;
import dev.ramtide.guest.PageRange;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Changed pages of one stripe: the event of the pages topic.
 *
 * <p>The checksum covers the fields, not their encoding, so that any serializer may carry the
 * event. It is CRC-32C over, big-endian:
 *
 * <pre>
 *   epoch:8 sequence:8 checkpoint:8 block:4 rangeCount:4 { firstPage:8 pageCount:4 kind:1 }* pages
 *   kind: 0 = DATA, 1 = ZERO
 * </pre>
 *
 * @param version the version of every page in the event
 * @param checkpoint number of the checkpoint that was being built, from 1
 * @param block index of the RAMBlock
 * @param ranges ascending and disjoint, at most {@link #MAX_RANGES}
 * @param pages bytes of the DATA ranges, concatenated; read-only, may share memory with a fetch
 *     buffer of the consumer and is then valid until its next poll
 * @param checksum CRC-32C, as sent
 */
public record DirtyPages(
    PageVersion version,
    long checkpoint,
    int block,
    List<PageRange> ranges,
    ByteBuffer pages,
    int checksum) {
  /**
   * Bounds what one event can make a reader do; an event of a whole default stripe needs at most
   * 1024.
   */
  public static final int MAX_RANGES = 4096;

  public DirtyPages {
    if (checkpoint < 1 || block < 0) {
      throw new IllegalArgumentException("checkpoint " + checkpoint + ", block " + block);
    }
    ranges = List.copyOf(ranges);
    if (ranges.isEmpty() || ranges.size() > MAX_RANGES) {
      throw new IllegalArgumentException(ranges.size() + " ranges: must be 1 to " + MAX_RANGES);
    }
    for (int i = 1; i < ranges.size(); i++) {
      if (ranges.get(i).firstPage() < ranges.get(i - 1).endPage()) {
        throw new IllegalArgumentException(
            "ranges overlap or descend: " + ranges.get(i - 1) + ", " + ranges.get(i));
      }
    }
    pages = pages.asReadOnlyBuffer();
  }

  /** An event with its checksum computed. */
  public static DirtyPages of(
      PageVersion version, long checkpoint, int block, List<PageRange> ranges, ByteBuffer pages) {
    int checksum = checksum(version, checkpoint, block, ranges, pages);
    return new DirtyPages(version, checkpoint, block, ranges, pages, checksum);
  }

  /** A view of its own position and limit. */
  @Override
  public ByteBuffer pages() {
    return pages.duplicate();
  }

  public boolean checksumMatches() {
    return checksum == checksum(version, checkpoint, block, ranges, pages);
  }

  /** The checksum over all but the pages, for one who reads these anyway and goes on with them. */
  public CRC32C checksumOfFields() {
    return checksumOfFields(version, checkpoint, block, ranges);
  }

  /** Pages whose bytes travel in {@link #pages}. */
  public long dataPageCount() {
    return pageCount(PageKind.DATA);
  }

  public long zeroPageCount() {
    return pageCount(PageKind.ZERO);
  }

  private long pageCount(PageKind kind) {
    return ranges.stream()
        .filter(range -> range.kind() == kind)
        .mapToLong(PageRange::pageCount)
        .sum();
  }

  private static int checksum(
      PageVersion version, long checkpoint, int block, List<PageRange> ranges, ByteBuffer pages) {
    CRC32C crc = checksumOfFields(version, checkpoint, block, ranges);
    crc.update(pages.duplicate());
    return (int) crc.getValue();
  }

  private static CRC32C checksumOfFields(
      PageVersion version, long checkpoint, int block, List<PageRange> ranges) {
    ByteBuffer fields = ByteBuffer.allocate(32 + 13 * ranges.size());
    fields.putLong(version.epoch()).putLong(version.sequence()).putLong(checkpoint);
    fields.putInt(block).putInt(ranges.size());
    for (PageRange range : ranges) {
      fields
          .putLong(range.firstPage())
          .putInt(range.pageCount())
          .put((byte) (range.kind() == PageKind.DATA ? 0 : 1));
    }
    CRC32C crc = new CRC32C();
    crc.update(fields.flip());
    return crc;
  }
}
