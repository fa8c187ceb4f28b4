package dev.ramtide.sink.restore;

import dev.ramtide.mappedram.MappedRamIndex;
import dev.ramtide.mappedram.PageBitmap;
import dev.ramtide.mappedram.PositionalBytes;
import java.io.IOException;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * Deals out the pages that stand in a mapped-ram file, in order, each of them once: to whoever asks
 * next, so that threads that share the reading end together. Thread-safe.
 */
final class PresentPages {
  private final PositionalBytes file;
  private final MappedRamIndex index;
  private final int mostPages;
  private final LongConsumer pagesDone;
  private int block = -1;
  private PageBitmap bitmap = new PageBitmap(1);
  private long nextPage = bitmap.pageCount();
  private long pagesBefore;
  private boolean stopped;

  /**
   * Neighbouring pages of a block, which all stand in the file.
   *
   * @param pageCount at least 1
   */
  record Run(int block, long firstPage, int pageCount) {}

  /**
   * @param index of that file
   * @param mostPages of a run
   * @param pagesDone is told how many pages lie before what was dealt out; one thread at a time
   */
  PresentPages(PositionalBytes file, MappedRamIndex index, int mostPages, LongConsumer pagesDone) {
    this.file = file;
    this.index = index;
    this.mostPages = mostPages;
    this.pagesDone = pagesDone;
  }

  /** The next run; nothing behind the last page, or once it was stopped. */
  synchronized Optional<Run> next() throws IOException {
    nextPage = bitmap.nextSet(nextPage);
    while (nextPage == bitmap.pageCount() && block + 1 < index.memory().blockCount()) {
      openNextBlock();
    }
    if (stopped || nextPage == bitmap.pageCount()) {
      return Optional.empty();
    }
    long first = nextPage;
    nextPage = Math.min(bitmap.nextClear(first), first + mostPages);
    pagesDone.accept(pagesBefore + first);
    return Optional.of(new Run(block, first, (int) (nextPage - first)));
  }

  private void openNextBlock() throws IOException {
    pagesBefore += block < 0 ? 0 : bitmap.pageCount();
    block++;
    bitmap = index.bitmap(file, block);
    nextPage = bitmap.nextSet(0);
  }

  /** Nothing more is dealt out. */
  synchronized void stop() {
    stopped = true;
  }
}
