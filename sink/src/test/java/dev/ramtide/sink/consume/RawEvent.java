package dev.ramtide.sink.consume;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * An event of the pages topic as somebody else could write it: every field as he likes, around a
 * checksum that is right. Of page kinds it has zero only.
 *
 * @param pages bytes of no range
 */
record RawEvent(long epoch, long sequence, int block, List<Range> ranges, byte[] pages) {
  /** Pages of zeros. */
  record Range(long firstPage, int pageCount) {}

  /** An event of the first checkpoint with one range. */
  static RawEvent zeros(long firstPage, int pageCount) {
    return new RawEvent(0, 5, 0, List.of(new Range(firstPage, pageCount)), new byte[0]);
  }

  RawEvent of(long otherEpoch, long otherSequence) {
    return new RawEvent(otherEpoch, otherSequence, block, ranges, pages);
  }

  RawEvent in(int otherBlock) {
    return new RawEvent(epoch, sequence, otherBlock, ranges, pages);
  }

  RawEvent and(long firstPage, int pageCount) {
    List<Range> more = new ArrayList<>(ranges);
    more.add(new Range(firstPage, pageCount));
    return new RawEvent(epoch, sequence, block, more, pages);
  }

  RawEvent withBytes(int count) {
    return new RawEvent(epoch, sequence, block, ranges, new byte[count]);
  }

  /** As many ranges of one page each, the one behind the other. */
  RawEvent withRanges(int count) {
    List<Range> many = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      many.add(new Range(i, 1));
    }
    return new RawEvent(epoch, sequence, block, many, pages);
  }

  byte[] encode() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[] {0, 'R', 'T', 0, 1});
    number(out, epoch);
    number(out, sequence);
    number(out, 1);
    number(out, block);
    if (!ranges.isEmpty()) {
      number(out, ranges.size());
    }
    for (Range range : ranges) {
      number(out, range.firstPage());
      number(out, range.pageCount());
      number(out, 1);
    }
    number(out, 0);
    number(out, pages.length);
    out.writeBytes(pages);
    number(out, checksum());
    return out.toByteArray();
  }

  private long checksum() {
    ByteBuffer fields = ByteBuffer.allocate(32 + 13 * ranges.size());
    fields.putLong(epoch).putLong(sequence).putLong(1).putInt(block).putInt(ranges.size());
    for (Range range : ranges) {
      fields.putLong(range.firstPage()).putInt(range.pageCount()).put((byte) 1);
    }
    CRC32C crc = new CRC32C();
    crc.update(fields.flip());
    crc.update(pages);
    return crc.getValue();
  }

  /** Avro's: the sign to the lowest bit, seven bits a byte, the lowest first. */
  private static void number(ByteArrayOutputStream out, long value) {
    long left = (value << 1) ^ (value >> 63);
    while ((left & ~0x7FL) != 0) {
      out.write((int) (left & 0x7F | 0x80));
      left >>>= 7;
    }
    out.write((int) left);
  }
}
