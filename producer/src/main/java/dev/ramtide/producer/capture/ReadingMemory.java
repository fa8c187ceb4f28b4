package dev.ramtide.producer.capture;

/**
 * What a source takes to read a guest, beside what is kept of the guest's pages.
 *
 * @param heapBytes on the heap
 * @param directBytes outside of it, in direct buffers
 */
public record ReadingMemory(long heapBytes, long directBytes) {
  /** Next to nothing. */
  public static final ReadingMemory NONE = new ReadingMemory(0, 0);

  public ReadingMemory {
    if (heapBytes < 0 || directBytes < 0) {
      throw new IllegalArgumentException("heap " + heapBytes + ", direct " + directBytes);
    }
  }
}
