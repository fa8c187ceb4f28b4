package dev.ramtide.producer.memory;

import dev.ramtide.guest.GuestMemoryMap;
import java.io.IOException;
import java.util.Arrays;

/**
 * Which pages of a guest are meant: one bit a page. Not safe for several threads, but pages of
 * different words (64 neighbours, counted from the start of a block) may be marked at once.
 */
public final class PageMarks {
  private final GuestMemoryMap memory;
  private final long[][] words;

  /** Takes neighbouring marked pages, as many as there are. */
  @FunctionalInterface
  public interface RunConsumer {
    /**
     * @param firstPage page inside the block
     * @param pageCount at least 1; the run never leaves the block
     */
    void run(int block, long firstPage, long pageCount) throws IOException;
  }

  private PageMarks(GuestMemoryMap memory) {
    this.memory = memory;
    this.words = new long[memory.blockCount()][];
    for (int block = 0; block < words.length; block++) {
      words[block] = new long[Math.toIntExact((memory.pageCount(block) + 63) / Long.SIZE)];
    }
  }

  public static PageMarks none(GuestMemoryMap memory) {
    return new PageMarks(memory);
  }

  public static PageMarks all(GuestMemoryMap memory) {
    return none(memory).complement();
  }

  public GuestMemoryMap memory() {
    return memory;
  }

  public void mark(int block, long pageIndex) {
    words[block][wordOf(block, pageIndex)] |= 1L << pageIndex;
  }

  public boolean isMarked(int block, long pageIndex) {
    return (words[block][wordOf(block, pageIndex)] & 1L << pageIndex) != 0;
  }

  /** Number of marked pages of all blocks. */
  public long pageCount() {
    return Arrays.stream(words).flatMapToLong(Arrays::stream).map(Long::bitCount).sum();
  }

  /** Marks also what {@code other} marks, which must be of the same memory. */
  public void addAll(PageMarks other) {
    if (!memory.equals(other.memory)) {
      throw new IllegalArgumentException("marks of " + other.memory + " for " + memory);
    }
    for (int block = 0; block < words.length; block++) {
      for (int word = 0; word < words[block].length; word++) {
        words[block][word] |= other.words[block][word];
      }
    }
  }

  /** A new set of the pages that are not in this one. */
  public PageMarks complement() {
    PageMarks others = new PageMarks(memory);
    for (int block = 0; block < words.length; block++) {
      for (int word = 0; word < words[block].length; word++) {
        others.words[block][word] = ~words[block][word];
      }
      int rest = (int) (memory.pageCount(block) % Long.SIZE);
      if (rest != 0) {
        others.words[block][words[block].length - 1] &= (1L << rest) - 1;
      }
    }
    return others;
  }

  /** Hands on every marked page once, in order of blocks and pages, in runs as long as they are. */
  public void forEachRun(RunConsumer consumer) throws IOException {
    for (int block = 0; block < words.length; block++) {
      long first = next(block, 0, true);
      while (first < memory.pageCount(block)) {
        long end = next(block, first, false);
        consumer.run(block, first, end - first);
        first = next(block, end, true);
      }
    }
  }

  /**
   * The first page from {@code pageIndex} on that is marked, or is not.
   *
   * @return the number of pages of the block if there is none
   */
  long next(int block, long pageIndex, boolean marked) {
    long endPage = memory.pageCount(block);
    if (pageIndex >= endPage) {
      return endPage;
    }
    int word = (int) (pageIndex / Long.SIZE);
    long bits = wanted(block, word, marked) & -1L << pageIndex;
    while (bits == 0) {
      word++;
      if (word == words[block].length) {
        return endPage;
      }
      bits = wanted(block, word, marked);
    }
    return Math.min(endPage, (long) word * Long.SIZE + Long.numberOfTrailingZeros(bits));
  }

  /** The first page from {@code pageIndex} on that is not marked, or {@code endPage}. */
  long endOfRun(int block, long pageIndex, long endPage) {
    // Bounded, so that a run of a whole guest that is taken in pieces is not walked again for each.
    long end = Math.min(endPage, memory.pageCount(block));
    long page = pageIndex;
    while (page < end) {
      long unmarked = ~words[block][(int) (page / Long.SIZE)] & -1L << page;
      long endOfWord = (page / Long.SIZE + 1) * Long.SIZE;
      if (unmarked != 0) {
        return Math.min(end, endOfWord - Long.SIZE + Long.numberOfTrailingZeros(unmarked));
      }
      page = endOfWord;
    }
    return end;
  }

  private long wanted(int block, int word, boolean marked) {
    return marked ? words[block][word] : ~words[block][word];
  }

  private int wordOf(int block, long pageIndex) {
    if (pageIndex < 0 || pageIndex >= memory.pageCount(block)) {
      throw new IllegalArgumentException("page " + pageIndex + " of " + memory.block(block));
    }
    return (int) (pageIndex / Long.SIZE);
  }
}
