package dev.ramtide.deploy.simulate.kernel;

import dev.ramtide.producer.procfs.PagemapEntry;

/** What the kernel notes of one page of a process. */
final class PageNote {
  /** Of the one page of zeros that all share. */
  static final long ZERO_FRAME = 1;

  private boolean present = true;
  private boolean swapped;
  private boolean marked = true;
  private long frame;

  /** How many map the frame; of the page of zeros nobody counts them. */
  private int users = 1;

  /**
   * A processor still holds the right to write from before the mark was taken: it does so without
   * asking the kernel, which therefore marks nothing.
   */
  private boolean stale;

  PageNote(long frame) {
    this.frame = frame;
  }

  boolean isPresent() {
    return present;
  }

  boolean isSwapped() {
    return swapped;
  }

  long frame() {
    return frame;
  }

  /** Where a processor writes past the kernel. */
  boolean isStale() {
    return stale;
  }

  void mark() {
    marked = true;
  }

  /** It has a frame of its own now. */
  void own(long newFrame) {
    present = true;
    swapped = false;
    frame = newFrame;
    users = 1;
  }

  boolean isOwn() {
    return present && users == 1 && frame != ZERO_FRAME;
  }

  /** It shares a frame, and where the mark was nobody knows any more. */
  void merge(long sharedFrame, int sharers) {
    frame = sharedFrame;
    users = sharers;
    marked = false;
  }

  /** Who shared the frame has left. */
  void leave() {
    users--;
  }

  void readAsZero() {
    present = true;
    frame = ZERO_FRAME;
    marked = false;
  }

  /** The kernel may have its frame, and owes it nothing but zeros. */
  void discard() {
    present = false;
    swapped = false;
    marked = false;
    stale = false;
  }

  void swapOut(boolean keepsMark) {
    present = false;
    swapped = keepsMark; // Of shared memory the page table has not even that.
    marked &= keepsMark;
  }

  void unmark() {
    stale = marked;
    marked = false;
  }

  /** Every processor has forgotten what it was allowed. */
  void flush() {
    stale = false;
  }

  /** As in the pagemap of a reader who sees frames. */
  long entry() {
    return (present ? PagemapEntry.PRESENT | frame : 0)
        | (swapped ? PagemapEntry.SWAPPED : 0)
        | (isOwn() ? PagemapEntry.EXCLUSIVE : 0)
        | (marked ? PagemapEntry.SOFT_DIRTY : 0);
  }
}
