package dev.ramtide.producer.procfs;

/**
 * What the kernel knows of one page of a process, as 64 bits of {@code /proc/PID/pagemap}.
 *
 * <pre>
 *   63      62      61          60..58  57    56         55          54..0
 *   present swapped file/shared -       wp    exclusive  soft-dirty  frame number, or where in swap
 * </pre>
 *
 * The frame number reads as 0 for readers without CAP_SYS_ADMIN; all other bits show to everybody
 * who may read the file. <a href="https://docs.kernel.org/admin-guide/mm/pagemap.html">Format</a>.
 *
 * <p>Only functions on a {@code long}: pagemaps have an entry for every page, and none becomes an
 * object.
 */
public final class PagemapEntry {
  /** Bytes of an entry. */
  public static final int BYTES = Long.BYTES;

  /** Bytes of the page that an entry is about: 4096, as on every x86 host. */
  public static final int PAGE_BYTES = 4096;

  public static final long PRESENT = 1L << 63;
  public static final long SWAPPED = 1L << 62;
  public static final long EXCLUSIVE = 1L << 56;
  public static final long SOFT_DIRTY = 1L << 55;
  private static final long FRAME_MASK = SOFT_DIRTY - 1;

  private PagemapEntry() {}

  /** Whether the page is in memory. */
  public static boolean isPresent(long entry) {
    return (entry & PRESENT) != 0;
  }

  /** Whether its bytes are in swap, or it is on the move between two frames. */
  public static boolean isSwapped(long entry) {
    return (entry & SWAPPED) != 0;
  }

  /**
   * Whether the frame is mapped only here. Of present pages of anonymous memory it is not set for
   * the kernel's page of zeros, which a discarded or untouched page becomes when it is read, for
   * pages that KSM merged, and for pages shared with a fork.
   */
  public static boolean isExclusive(long entry) {
    return (entry & EXCLUSIVE) != 0;
  }

  /** Whether the page may have been written since the bits were cleared. */
  public static boolean isSoftDirty(long entry) {
    return (entry & SOFT_DIRTY) != 0;
  }

  /** Number of the frame of a present page, or 0 where it is not shown to us. */
  public static long frame(long entry) {
    return isPresent(entry) ? entry & FRAME_MASK : 0;
  }
}
