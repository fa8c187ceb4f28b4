package dev.ramtide.producer.memory;

/** Walks over marked pages in order, in runs of a bounded length. */
final class MarkCursor {
  private final PageMarks marks;
  private int block;
  private long firstPage;
  private int pageCount;

  MarkCursor(PageMarks marks) {
    this.marks = marks;
  }

  /**
   * Goes on to the next run.
   *
   * @param maxPages at least 1; a longer run comes in parts
   * @return whether there is one
   */
  boolean next(int maxPages) {
    long from = firstPage + pageCount;
    while (block < marks.memory().blockCount()) {
      long first = marks.next(block, from, true);
      if (first < marks.memory().pageCount(block)) {
        firstPage = first;
        pageCount = (int) (marks.endOfRun(block, first, first + maxPages) - first);
        return true;
      }
      block++;
      from = 0;
    }
    firstPage = 0;
    pageCount = 0;
    return false;
  }

  int block() {
    return block;
  }

  long firstPage() {
    return firstPage;
  }

  int pageCount() {
    return pageCount;
  }
}
