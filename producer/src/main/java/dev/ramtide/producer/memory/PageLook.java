package dev.ramtide.producer.memory;

import dev.ramtide.producer.procfs.PagemapEntry;

/**
 * What was seen of a page, in 32 bits, to be compared with the next look.
 *
 * <pre>
 *   31..30  what it is: 0 not looked at, 1 in swap, 2 exclusive, 3 not exclusive or nowhere
 *   29..0   number of its frame, folded; 0 if not shown
 * </pre>
 *
 * Folding loses nothing on hosts below 4 TiB; above, a change of frame goes unseen once in 2^30.
 *
 * <p>Why a look beside the soft-dirty bit: a page that is discarded (MADV_DONTNEED) and then read
 * is the kernel's page of zeros, present and without the bit. It is not exclusive, which everybody
 * may see, and its frame is another, which CAP_SYS_ADMIN may see. A page that is nowhere is looked
 * at as that page of zeros, which it becomes when it is read, by us or by anybody.
 */
final class PageLook {
  static final int NONE = 0;
  private static final int SWAPPED = 1 << 30;
  private static final int EXCLUSIVE = 2 << 30;
  private static final int SHARED = 3 << 30;
  private static final int FRAME_BITS = 30;
  private static final int FRAME_MASK = (1 << FRAME_BITS) - 1;

  private PageLook() {}

  static int of(long entry) {
    if (!PagemapEntry.isPresent(entry)) {
      return PagemapEntry.isSwapped(entry) ? SWAPPED : SHARED;
    }
    long frame = PagemapEntry.frame(entry);
    int folded = (int) ((frame ^ frame >>> FRAME_BITS) & FRAME_MASK);
    return (PagemapEntry.isExclusive(entry) ? EXCLUSIVE : SHARED) | folded;
  }

  /**
   * Whether a page may have changed since it was looked at.
   *
   * @param before the look at the last clear, or {@link #NONE}
   * @param discards what to think of a page of zeros that was not looked at before
   */
  static boolean mayHaveChanged(long entry, int before, Discards discards) {
    if (PagemapEntry.isSoftDirty(entry)) {
      return true;
    }
    if (!PagemapEntry.isPresent(entry)) {
      // In swap it keeps its bit. Nowhere at all it is zero, and is so no matter since when: once
      // it is read it is present, so each of these costs one read.
      return !PagemapEntry.isSwapped(entry);
    }
    int now = of(entry);
    boolean shared = kind(now) == SHARED;
    return switch (kind(before)) {
      case NONE -> shared && discards == Discards.POSSIBLE;
      case SWAPPED -> shared; // else it came from swap, with its bit
      default -> kind(now) != kind(before) || hasMoved(now, before);
    };
  }

  /** Whether both looks saw a frame, and not the same: at worst the kernel has moved the page. */
  private static boolean hasMoved(int now, int before) {
    return (now & FRAME_MASK) != 0 && (before & FRAME_MASK) != 0 && now != before;
  }

  private static int kind(int look) {
    return look & ~FRAME_MASK;
  }
}
