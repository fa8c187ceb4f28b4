package dev.ramtide.sink.apply;

import dev.ramtide.checkpoint.DirtyPages;
import dev.ramtide.checkpoint.PageVersion;
import dev.ramtide.guest.PageKind;
import dev.ramtide.guest.PageRange;
import dev.ramtide.guest.Striping;
import dev.ramtide.mappedram.MappedRamLayout;
import dev.ramtide.sink.image.StorageFile;
import dev.ramtide.sink.state.PageEntry;
import dev.ramtide.sink.state.PartitionState;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Writes the pages of one partition to their places.
 *
 * <p>A page is written if and only if its version is not older than the one in the table. Equal is
 * written again: that is what makes a redelivery after a crash harmless. A page is never skipped
 * because its hash is known: after a crash the table may be ahead of the bytes. A zero page is
 * erased, so that the bytes of the image depend on the set of events alone, whatever their order.
 *
 * <p>One owner thread, the partition's.
 */
public final class PageApplier {
  /**
   * Pages whose entries are read and written at a time; bounds the buffer whatever an event claims.
   * The ranges of an event lie near each other, so one read and one write of the table serve them
   * all.
   */
  private static final int MAX_SPAN_PAGES = 1024;

  private final StorageFile image;
  private final MappedRamLayout layout;
  private final Striping striping;
  private final PartitionState state;
  private final EventCheck check;
  private final int pageBytes;
  private final ByteBuffer entries = ByteBuffer.allocate(MAX_SPAN_PAGES * PageEntry.BYTES);
  private ApplyCounts counts = ApplyCounts.NONE;

  public PageApplier(
      StorageFile image,
      MappedRamLayout layout,
      Striping striping,
      int partition,
      PartitionState state) {
    this.image = image;
    this.layout = layout;
    this.striping = striping;
    this.state = state;
    this.check = new EventCheck(striping, partition);
    this.pageBytes = striping.memory().pageBytes();
  }

  /**
   * Applies one event. Nothing is on disk for certain before {@link #advanceTo}.
   *
   * @throws InvalidEventException the event cannot be right; nothing of it was written
   */
  public void apply(DirtyPages event) throws IOException {
    check.check(event);
    StagedPages staged = StagedPages.ofThread();
    staged.take(event, pageBytes);
    Incoming incoming = new Incoming(event, staged);
    long from = 0;
    for (int range = 0; range < event.ranges().size(); ) {
      Span span = spanFrom(event, range, Math.max(from, event.ranges().get(range).firstPage()));
      applySpan(incoming, range, span);
      while (range < event.ranges().size() && event.ranges().get(range).endPage() <= span.end()) {
        range++;
      }
      from = span.end();
    }
  }

  /** An event that is right, how far it was applied. */
  private static final class Incoming {
    final DirtyPages event;
    final StagedPages pages;
    int nextPage;

    Incoming(DirtyPages event, StagedPages pages) {
      this.event = event;
      this.pages = pages;
    }
  }

  /**
   * Pages of one stripe, whose entries stand next to each other in the table.
   *
   * @param end exclusive
   */
  private record Span(long first, long end) {
    /** What of a range lies in here; some of it must. */
    PageRange part(PageRange range) {
      long from = Math.max(first, range.firstPage());
      return new PageRange(from, (int) (Math.min(end, range.endPage()) - from), range.kind());
    }
  }

  /** As many pages as the buffer has entries for, and not beyond the last one that is told. */
  private Span spanFrom(DirtyPages event, int range, long first) {
    long stripeEnd = (first / striping.stripePages() + 1) * striping.stripePages();
    long limit = Math.min(first + MAX_SPAN_PAGES, stripeEnd);
    long end = first;
    for (int i = range; i < event.ranges().size(); i++) {
      if (event.ranges().get(i).firstPage() >= limit) {
        break;
      }
      end = Math.min(limit, event.ranges().get(i).endPage());
    }
    return new Span(first, end);
  }

  private void applySpan(Incoming incoming, int firstRange, Span span) throws IOException {
    DirtyPages event = incoming.event;
    long firstSlot = striping.slotOf(event.block(), span.first());
    entries.clear().limit((int) (span.end() - span.first()) * PageEntry.BYTES);
    state.readEntries(firstSlot, entries);
    for (int i = firstRange; i < event.ranges().size(); i++) {
      if (event.ranges().get(i).firstPage() >= span.end()) {
        break;
      }
      PageRange run = span.part(event.ranges().get(i));
      applyRun(incoming, run, (int) (run.firstPage() - span.first()));
    }
    state.writeEntries(firstSlot, entries.rewind());
  }

  /** Makes all that was applied durable and vouches for everything before a record. */
  public void advanceTo(long nextRecordOffset) throws IOException {
    // Bytes before the offset that vouches for them: if we die between the lines the records are
    // delivered again, and a
    // version that is not older is simply written again. The other order would skip pages that
    // never reached the disk.
    image.force();
    state.advanceTo(nextRecordOffset);
  }

  public ApplyCounts counts() {
    return counts;
  }

  /**
   * @param firstEntry of the run, in {@link #entries}
   */
  private void applyRun(Incoming incoming, PageRange run, int firstEntry) throws IOException {
    PageVersion version = incoming.event.version();
    int endEntry = firstEntry + run.pageCount();
    int from = firstEntry;
    while (from < endEntry) {
      int end = endOfLike(version, from, endEntry);
      if (isNewer(from, version)) {
        counts = counts.plus(new ApplyCounts(0, 0, end - from));
      } else {
        long first = run.firstPage() + from - firstEntry;
        PageRange part = new PageRange(first, end - from, run.kind());
        write(incoming, part);
        updateEntries(incoming, part, from);
      }
      incoming.nextPage += run.kind() == PageKind.DATA ? end - from : 0;
      from = end;
    }
  }

  private boolean isNewer(int index, PageVersion version) {
    return PageEntry.compareVersion(entries, index * PageEntry.BYTES, version) > 0;
  }

  /** The end of the pages from {@code from} on that are all newer than the event, or all not. */
  private int endOfLike(PageVersion version, int from, int end) {
    boolean newer = isNewer(from, version);
    int index = from + 1;
    while (index < end && isNewer(index, version) == newer) {
      index++;
    }
    return index;
  }

  private void write(Incoming incoming, PageRange part) throws IOException {
    long fileOffset = layout.fileOffsetOfPage(incoming.event.block(), part.firstPage());
    if (part.kind() == PageKind.DATA) {
      image.writeFully(fileOffset, incoming.pages.bytes(incoming.nextPage, part.pageCount()));
    } else {
      image.erase(fileOffset, (long) part.pageCount() * pageBytes);
    }
  }

  private void updateEntries(Incoming incoming, PageRange part, int firstIndex) {
    PageVersion version = incoming.event.version();
    StagedPages pages = incoming.pages;
    long redelivered = 0;
    for (int i = 0; i < part.pageCount(); i++) {
      int at = (firstIndex + i) * PageEntry.BYTES;
      redelivered += PageEntry.compareVersion(entries, at, version) == 0 ? 1 : 0;
      if (part.kind() == PageKind.DATA) {
        int page = incoming.nextPage + i;
        PageEntry.put(entries, at, version, pages.hashHigh(page), pages.hashLow(page));
      } else {
        PageEntry.put(entries, at, version, 0, 0);
      }
    }
    counts = counts.plus(new ApplyCounts(part.pageCount() - redelivered, redelivered, 0));
  }
}
