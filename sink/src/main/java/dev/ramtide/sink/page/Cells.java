package dev.ramtide.sink.page;

import dev.ramtide.checkpoint.PageVersion;
import dev.ramtide.sink.state.PageEntry;
import java.nio.ByteBuffer;

/**
 * What is known of runs of pages, a cell for each run: its newest version, and how many of its
 * pages are zero.
 */
final class Cells {
  private final long[] epochs;
  private final long[] sequences;
  private final int[] zeroPages;
  private final boolean[] written;

  Cells(int count) {
    this.epochs = new long[count];
    this.sequences = new long[count];
    this.zeroPages = new int[count];
    this.written = new boolean[count];
  }

  int count() {
    return epochs.length;
  }

  /** Adds one page, whose entry stands in a buffer. */
  void add(int cell, ByteBuffer entries, int at) {
    // Of an entry that was never written all is zero, and so it is of a page that is.
    zeroPages[cell] += PageEntry.hasData(entries, at) ? 0 : 1;
    PageVersion version = PageEntry.version(entries, at);
    boolean never = version.epoch() == 0 && version.sequence() == 0;
    add(cell, version, !never || PageEntry.hasData(entries, at));
  }

  /** Adds what is known of many pages. */
  void add(int cell, Cells of, int other) {
    zeroPages[cell] += of.zeroPages[other];
    add(cell, of.version(other), of.written[other]);
  }

  private void add(int cell, PageVersion version, boolean isWritten) {
    if (isWritten && (!written[cell] || version(cell).isOlderThan(version))) {
      epochs[cell] = version.epoch();
      sequences[cell] = version.sequence();
    }
    written[cell] |= isWritten;
  }

  /** Forgets one cell. */
  void clear(int cell) {
    epochs[cell] = 0;
    sequences[cell] = 0;
    zeroPages[cell] = 0;
    written[cell] = false;
  }

  /** The newest of its pages; (0, 0) where none was written. */
  PageVersion version(int cell) {
    return new PageVersion(epochs[cell], sequences[cell]);
  }

  /** Pages that are all zero, those that were never written among them. */
  int zeroPages(int cell) {
    return zeroPages[cell];
  }

  /** Whether any of its pages was written. */
  boolean isWritten(int cell) {
    return written[cell];
  }
}
