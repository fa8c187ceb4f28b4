package dev.ramtide.producer.stream;

/**
 * Says whether a page is what was handed on of it last, without changing anything. Any number of
 * threads may ask, also while other pages are handed on.
 */
@FunctionalInterface
public interface PageComparison {
  /**
   * Whether the page's last published content equals these bytes.
   *
   * @param block index into the memory map
   * @param pageIndex page inside the block
   * @param buffer holds the page at {@code at}, for the length of the map's page size; valid during
   *     the call
   */
  boolean isPublished(int block, long pageIndex, byte[] buffer, int at);
}
