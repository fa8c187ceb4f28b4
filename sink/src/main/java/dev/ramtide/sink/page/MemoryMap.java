package dev.ramtide.sink.page;

import dev.ramtide.checkpoint.EpochStarted;
import dev.ramtide.guest.GuestMemoryMap;
import dev.ramtide.guest.Striping;
import dev.ramtide.sink.state.ImagePaths;
import dev.ramtide.sink.state.PageEntry;
import dev.ramtide.sink.state.PageTables;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The memory of one VM from afar: any number of neighbouring pages as some thousand cells.
 *
 * <p>The tables of 64 GiB are half a gigabyte, too much to be read whenever somebody looks. So a
 * summary of each stripe is kept, a partition's are made anew when its table has changed, and all
 * that takes at most a tenth of one processor's time. Few pages are read as they are.
 *
 * <p>Thread-safe, one look at a time.
 */
final class MemoryMap {
  /** As many pages as are read for one look, 64 MiB of table, unless cells are of whole stripes. */
  private static final long MOST_PAGES_READ = 2 << 20;

  private static final int REST_FACTOR = 9;

  private final ImagePaths paths;
  private final EpochStarted epoch;
  private final Striping striping;
  private final Cells stripes;
  private final long[] summarizedAt;
  private final ByteBuffer entries;
  private long restUntilNanos = System.nanoTime();

  /**
   * @param epoch one with the image's layout
   */
  MemoryMap(ImagePaths paths, EpochStarted epoch) {
    this.paths = paths;
    this.epoch = epoch;
    this.striping = epoch.striping();
    this.stripes = new Cells(Math.toIntExact(striping.stripeCount()));
    this.summarizedAt = new long[striping.partitionCount()];
    Arrays.fill(summarizedAt, -1);
    this.entries = ByteBuffer.allocate(striping.stripePages() * PageEntry.BYTES);
  }

  GuestMemoryMap memory() {
    return striping.memory();
  }

  /**
   * Neighbouring pages of a block as cells.
   *
   * @param from page index of the first one
   * @param pagesPerCell of every cell but perhaps the last
   */
  record View(int block, long from, long pages, long pagesPerCell, Cells cells) {}

  /**
   * Looks at pages of one block.
   *
   * @param mostCells how many cells there may be
   * @return a view of these pages, and of some around them where cells are of whole stripes
   */
  synchronized View look(int block, long from, long pages, int mostCells) throws IOException {
    long end = Math.min(memory().pageCount(block), from + pages);
    long pagesPerCell = Math.max(1, ceilDiv(end - from, mostCells));
    if (pagesPerCell < striping.stripePages() && end - from <= MOST_PAGES_READ) {
      return read(block, from, end, pagesPerCell);
    }
    long stripesPerCell = ceilDiv(pagesPerCell, striping.stripePages());
    long cellPages = stripesPerCell * striping.stripePages();
    return summarized(block, from / cellPages * cellPages, end, stripesPerCell);
  }

  private View read(int block, long from, long end, long pagesPerCell) throws IOException {
    Cells cells = new Cells((int) ceilDiv(end - from, pagesPerCell));
    try (PageTables tables = PageTables.open(paths, epoch)) {
      for (long first = from; first < end; first = endOfStripe(first, end)) {
        int count = readStripe(tables, block, first, endOfStripe(first, end));
        for (int page = 0; page < count; page++) {
          cells.add((int) ((first - from + page) / pagesPerCell), entries, page * PageEntry.BYTES);
        }
      }
    }
    return new View(block, from, end - from, pagesPerCell, cells);
  }

  private View summarized(int block, long from, long end, long stripesPerCell) throws IOException {
    refresh();
    long firstStripe = striping.stripeOf(block, from);
    long endStripe = striping.stripeOf(block, end - 1) + 1;
    Cells cells = new Cells((int) ceilDiv(endStripe - firstStripe, stripesPerCell));
    for (long stripe = firstStripe; stripe < endStripe; stripe++) {
      cells.add((int) ((stripe - firstStripe) / stripesPerCell), stripes, (int) stripe);
    }
    return new View(block, from, end - from, stripesPerCell * striping.stripePages(), cells);
  }

  private void refresh() throws IOException {
    long startNanos = System.nanoTime();
    if (startNanos - restUntilNanos < 0) {
      return;
    }
    try (PageTables tables = PageTables.open(paths, epoch)) {
      long[] next = new long[striping.partitionCount()];
      boolean[] changed = new boolean[striping.partitionCount()];
      for (int partition = 0; partition < changed.length; partition++) {
        next[partition] = tables.nextRecordOffset(partition);
        changed[partition] = next[partition] != summarizedAt[partition];
      }
      for (int block = 0; block < memory().blockCount(); block++) {
        summarize(tables, block, changed);
      }
      System.arraycopy(next, 0, summarizedAt, 0, next.length); // Last: half a look is none.
    } finally {
      long took = System.nanoTime() - startNanos;
      restUntilNanos = startNanos + took + REST_FACTOR * took;
    }
  }

  private void summarize(PageTables tables, int block, boolean[] changed) throws IOException {
    long end = memory().pageCount(block);
    for (long first = 0; first < end; first = endOfStripe(first, end)) {
      if (changed[striping.partitionOf(block, first)]) {
        int stripe = (int) striping.stripeOf(block, first);
        stripes.clear(stripe);
        int count = readStripe(tables, block, first, endOfStripe(first, end));
        for (int page = 0; page < count; page++) {
          stripes.add(stripe, entries, page * PageEntry.BYTES);
        }
      }
    }
  }

  private int readStripe(PageTables tables, int block, long first, long end) throws IOException {
    int count = (int) (end - first);
    entries.clear().limit(count * PageEntry.BYTES);
    tables.read(block, first, entries);
    return count;
  }

  private long endOfStripe(long pageIndex, long end) {
    return Math.min(end, (pageIndex / striping.stripePages() + 1) * striping.stripePages());
  }

  private static long ceilDiv(long dividend, long divisor) {
    return (dividend + divisor - 1) / divisor;
  }
}
