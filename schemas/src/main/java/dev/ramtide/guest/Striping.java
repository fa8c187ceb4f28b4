package dev.ramtide.guest;

/**
 * Which partition a page belongs to, and its place in that partition's table.
 *
 * <pre>
 *   block 0: |stripe 0|stripe 1|stripe 2..|   block 1: |stripe 3..|   a stripe never spans two blocks
 *   partition = stripe number mod partitionCount
 *   slot      = (stripe number / partitionCount) * stripePages + page inside its stripe
 * </pre>
 *
 * Slots leave holes where a block ends inside a stripe, so that slot arithmetic needs no table.
 *
 * <p>Immutable; any thread.
 */
public final class Striping {
  public static final int MAX_STRIPE_PAGES = 1 << 16;
  public static final int MAX_PARTITIONS = 4096;

  private final GuestMemoryMap memory;
  private final int stripePages;
  private final int partitionCount;
  private final long[] firstStripe;

  /**
   * @param stripePages pages of a stripe, 1 to {@link #MAX_STRIPE_PAGES}
   * @param partitionCount 1 to {@link #MAX_PARTITIONS}
   */
  public Striping(GuestMemoryMap memory, int stripePages, int partitionCount) {
    if (stripePages < 1 || stripePages > MAX_STRIPE_PAGES) {
      throw new IllegalArgumentException("stripe of " + stripePages + " pages");
    }
    if (partitionCount < 1 || partitionCount > MAX_PARTITIONS) {
      throw new IllegalArgumentException(partitionCount + " partitions");
    }
    this.memory = memory;
    this.stripePages = stripePages;
    this.partitionCount = partitionCount;
    this.firstStripe = new long[memory.blockCount() + 1];
    for (int block = 0; block < memory.blockCount(); block++) {
      firstStripe[block + 1] = firstStripe[block] + ceilDiv(memory.pageCount(block), stripePages);
    }
  }

  public GuestMemoryMap memory() {
    return memory;
  }

  public int stripePages() {
    return stripePages;
  }

  public int partitionCount() {
    return partitionCount;
  }

  /** Stripes of all blocks. */
  public long stripeCount() {
    return firstStripe[memory.blockCount()];
  }

  /** Number of the stripe of a page, counted over all blocks. */
  public long stripeOf(int block, long pageIndex) {
    return firstStripe[block] + pageIndex / stripePages;
  }

  public int partitionOf(int block, long pageIndex) {
    return (int) (stripeOf(block, pageIndex) % partitionCount);
  }

  /** Place of a page in the table of its partition. Pages of one stripe have neighbouring slots. */
  public long slotOf(int block, long pageIndex) {
    return stripeOf(block, pageIndex) / partitionCount * stripePages + pageIndex % stripePages;
  }

  /** Size of a partition's table, holes at the ends of blocks included. */
  public long slotCount(int partition) {
    long stripes =
        stripeCount() > partition ? ceilDiv(stripeCount() - partition, partitionCount) : 0;
    return stripes * stripePages;
  }

  private static long ceilDiv(long dividend, long divisor) {
    return (dividend + divisor - 1) / divisor;
  }
}
