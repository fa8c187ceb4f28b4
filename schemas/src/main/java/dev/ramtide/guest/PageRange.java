package dev.ramtide.guest;

/**
 * Neighbouring pages of one RAMBlock.
 *
 * @param firstPage page index inside the block, from 0
 * @param pageCount at least 1
 * @param kind whether bytes travel with the range
 */
public record PageRange(long firstPage, int pageCount, PageKind kind) {
  public PageRange {
    if (firstPage < 0 || pageCount < 1 || firstPage > Long.MAX_VALUE - pageCount) {
      throw new IllegalArgumentException("page range " + firstPage + "+" + pageCount);
    }
  }

  /** The first page after the range. */
  public long endPage() {
    return firstPage + pageCount;
  }
}
