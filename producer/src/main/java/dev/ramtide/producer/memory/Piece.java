package dev.ramtide.producer.memory;

import dev.ramtide.producer.stream.PageComparison;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.BitSet;

/**
 * A buffer of pages, and which they are: some runs, one after the other. Memory for the bytes is
 * taken when they are first read, and kept.
 */
final class Piece {
  private final int pageBytes;
  private final int maxPages;
  private byte[] bytes = {};
  private int runCount;
  private int pageCount;
  private final int[] blocks;
  private final long[] firstPages;
  private final int[] pageCounts;

  /** Takes a page, as {@code GuestStateHandler.page} does. */
  interface PageConsumer {
    void page(int block, long pageIndex, byte[] buffer, int at) throws IOException;
  }

  Piece(int pieceBytes, int pageBytes) {
    this.pageBytes = pageBytes;
    this.maxPages = pieceBytes / pageBytes;
    this.blocks = new int[maxPages];
    this.firstPages = new long[maxPages];
    this.pageCounts = new int[maxPages];
  }

  /** Takes as many marked pages as have room; returns whether there was any. */
  boolean plan(MarkCursor cursor) {
    runCount = 0;
    pageCount = 0;
    while (pageCount < maxPages && cursor.next(maxPages - pageCount)) {
      blocks[runCount] = cursor.block();
      firstPages[runCount] = cursor.firstPage();
      pageCounts[runCount] = cursor.pageCount();
      pageCount += cursor.pageCount();
      runCount++;
    }
    return runCount > 0;
  }

  /** Begins anew, for {@link #append}. */
  void empty() {
    runCount = 0;
    pageCount = 0;
  }

  /** Takes a copy of a page that comes after all that are here; returns whether it had room. */
  boolean append(int block, long pageIndex, byte[] buffer, int at) {
    if (pageCount == maxPages) {
      return false;
    }
    allocate();
    System.arraycopy(buffer, at, bytes, pageCount * pageBytes, pageBytes);
    int last = runCount - 1;
    if (last >= 0 && blocks[last] == block && firstPages[last] + pageCounts[last] == pageIndex) {
      pageCounts[last]++;
    } else {
      blocks[runCount] = block;
      firstPages[runCount] = pageIndex;
      pageCounts[runCount] = 1;
      runCount++;
    }
    pageCount++;
    return true;
  }

  int pageCount() {
    return pageCount;
  }

  /** Reads the bytes, neighbours together. */
  void read(GuestRam ram) throws IOException {
    allocate();
    int at = 0;
    for (int run = 0; run < runCount; run++) {
      int length = pageCounts[run] * pageBytes;
      ram.read(blocks[run], firstPages[run], ByteBuffer.wrap(bytes, at, length));
      at += length;
    }
  }

  private void allocate() {
    if (bytes.length == 0) {
      bytes = new byte[maxPages * pageBytes];
    }
  }

  /**
   * Reads the bytes and compares them.
   *
   * @param differing becomes the numbers of pages, counted in this piece, that are not as they were
   *     handed on
   */
  void readAndCompare(GuestRam ram, PageComparison published, BitSet differing) throws IOException {
    differing.clear();
    read(ram);
    forEachPage(
        (block, pageIndex, buffer, at) ->
            differing.set(at / pageBytes, !published.isPublished(block, pageIndex, buffer, at)));
  }

  /** Hands on each page with its place in the buffer. */
  void forEachPage(PageConsumer consumer) throws IOException {
    int at = 0;
    for (int run = 0; run < runCount; run++) {
      for (int page = 0; page < pageCounts[run]; page++) {
        consumer.page(blocks[run], firstPages[run] + page, bytes, at);
        at += pageBytes;
      }
    }
  }
}
