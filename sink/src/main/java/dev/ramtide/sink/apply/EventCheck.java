package dev.ramtide.sink.apply;

import dev.ramtide.checkpoint.DirtyPages;
import dev.ramtide.guest.PageRange;
import dev.ramtide.guest.Striping;

/** What must hold before an event may touch the image, besides its checksum. */
final class EventCheck {
  private final Striping striping;
  private final int partition;

  EventCheck(Striping striping, int partition) {
    this.striping = striping;
    this.partition = partition;
  }

  void check(DirtyPages event) throws InvalidEventException {
    if (event.block() >= striping.memory().blockCount()) {
      throw new InvalidEventException(
          "RAMBlock "
              + event.block()
              + " does not exist, the guest has "
              + striping.memory().blockCount());
    }
    for (PageRange range : event.ranges()) {
      checkRange(event.block(), range);
    }
    long pageBytes = event.dataPageCount() * striping.memory().pageBytes();
    if (pageBytes != event.pages().remaining()) {
      throw new InvalidEventException(
          "the ranges need "
              + pageBytes
              + " page bytes, the event has "
              + event.pages().remaining());
    }
  }

  private void checkRange(int block, PageRange range) throws InvalidEventException {
    long pageCount = striping.memory().pageCount(block);
    if (range.endPage() > pageCount) {
      throw new InvalidEventException(
          "pages "
              + range.firstPage()
              + " to "
              + (range.endPage() - 1)
              + " lie outside RAMBlock "
              + striping.memory().block(block).name()
              + " of "
              + pageCount
              + " pages");
    }
    long lastStripe = striping.stripeOf(block, range.endPage() - 1);
    for (long stripe = striping.stripeOf(block, range.firstPage());
        stripe <= lastStripe;
        stripe++) {
      if (stripe % striping.partitionCount() != partition) {
        throw new InvalidEventException(
            "stripe "
                + stripe
                + " (pages from "
                + range.firstPage()
                + " of RAMBlock "
                + striping.memory().block(block).name()
                + ") belongs to partition "
                + stripe % striping.partitionCount()
                + ", not "
                + partition);
      }
    }
  }
}
