package dev.ramtide.mappedram;

import dev.ramtide.qemustream.MalformedStreamException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * One bit for each page of a block: set when the page's bytes stand in the file.
 *
 * <pre>
 *   page i: byte i / 8, bit i % 8; the length is rounded up to 8 bytes, with zeros
 * </pre>
 *
 * QEMU writes the words of its host; this is the order of little-endian hosts. One owner thread.
 */
public final class PageBitmap {
  /** 16 TiB of 4 KiB pages: a bitmap of 512 MiB. */
  public static final long MAX_PAGES = 1L << 32;

  private final long pageCount;
  private final long[] words;

  /** All clear. */
  public PageBitmap(long pageCount) {
    if (pageCount < 1 || pageCount > MAX_PAGES) {
      throw new IllegalArgumentException(
          "bitmap of " + pageCount + " pages: must be 1 to " + MAX_PAGES);
    }
    this.pageCount = pageCount;
    this.words = new long[(int) ((pageCount + 63) / 64)];
  }

  /** Bytes that a bitmap takes in a file. */
  public static long bytesFor(long pageCount) {
    return (pageCount + 63) / 64 * 8;
  }

  /**
   * Reads a bitmap from the buffer, which holds it from position to limit; both stay.
   *
   * @throws MalformedStreamException another length, or a bit behind the last page; its offset
   *     counts from the bitmap
   */
  public static PageBitmap parse(ByteBuffer bytes, long pageCount) throws MalformedStreamException {
    PageBitmap bitmap = new PageBitmap(pageCount);
    if (bytes.remaining() != bytesFor(pageCount)) {
      throw new MalformedStreamException(
          0, "bitmap of " + bytes.remaining() + " bytes for " + pageCount + " pages");
    }
    bytes.slice().order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().get(bitmap.words);
    int last = bitmap.words.length - 1;
    if ((bitmap.words[last] & ~bitmap.validBits(last)) != 0) {
      throw new MalformedStreamException(
          last * 8L,
          "the bitmap has bits behind its last page: damaged, or written on a big-endian host");
    }
    return bitmap;
  }

  public long pageCount() {
    return pageCount;
  }

  public void set(long pageIndex) {
    check(pageIndex);
    words[(int) (pageIndex >>> 6)] |= 1L << pageIndex;
  }

  /** Sets the bits of {@code count} neighbouring pages. */
  public void set(long firstPage, long count) {
    for (long pageIndex = firstPage; pageIndex < firstPage + count; pageIndex++) {
      set(pageIndex);
    }
  }

  public boolean get(long pageIndex) {
    check(pageIndex);
    return (words[(int) (pageIndex >>> 6)] & 1L << pageIndex) != 0;
  }

  /** Number of bits that are set. */
  public long count() {
    long count = 0;
    for (long word : words) {
      count += Long.bitCount(word);
    }
    return count;
  }

  /** The first set page at or behind {@code fromPage}, or {@link #pageCount}. */
  public long nextSet(long fromPage) {
    return next(fromPage, 0);
  }

  /** The first clear page at or behind {@code fromPage}, or {@link #pageCount}. */
  public long nextClear(long fromPage) {
    return next(fromPage, -1);
  }

  private long next(long fromPage, long flip) {
    if (fromPage >= pageCount) {
      return pageCount;
    }
    check(fromPage);
    int index = (int) (fromPage >>> 6);
    long word = (words[index] ^ flip) & -1L << fromPage;
    while (word == 0 && ++index < words.length) {
      word = words[index] ^ flip;
    }
    return index == words.length
        ? pageCount
        : Math.min(pageCount, index * 64L + Long.numberOfTrailingZeros(word));
  }

  /** The bitmap as it stands in a file. */
  public ByteBuffer toBytes() {
    ByteBuffer bytes = ByteBuffer.allocate(words.length * 8).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asLongBuffer().put(words);
    return bytes.order(ByteOrder.BIG_ENDIAN);
  }

  private long validBits(int word) {
    long rest = pageCount - word * 64L;
    return rest >= 64 ? -1L : (1L << rest) - 1;
  }

  private void check(long pageIndex) {
    if (pageIndex < 0 || pageIndex >= pageCount) {
      throw new IllegalArgumentException("page " + pageIndex + " of " + pageCount);
    }
  }
}
