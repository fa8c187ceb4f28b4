package dev.ramtide.producer.dirty;

import java.util.Arrays;

/** A set of page numbers, one bit each. */
final class PageSet {
  private final long[] words;

  PageSet(long pageCount) {
    words = new long[Math.toIntExact((pageCount + Long.SIZE - 1) / Long.SIZE)];
  }

  /** Returns whether the page was not in the set before. */
  boolean add(long page) {
    int word = (int) (page / Long.SIZE);
    long bit = 1L << page;
    boolean added = (words[word] & bit) == 0;
    words[word] |= bit;
    return added;
  }

  /** The first page from {@code page} on that is not in the set; may lie at or beyond the end. */
  long nextAbsent(long page) {
    int word = (int) (page / Long.SIZE);
    if (word >= words.length) {
      return page;
    }
    long absent = ~words[word] & (-1L << page);
    while (absent == 0) {
      word++;
      if (word == words.length) {
        return (long) word * Long.SIZE;
      }
      absent = ~words[word];
    }
    return (long) word * Long.SIZE + Long.numberOfTrailingZeros(absent);
  }

  void clear() {
    Arrays.fill(words, 0);
  }
}
