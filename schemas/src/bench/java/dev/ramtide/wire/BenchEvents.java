package dev.ramtide.wire;

import static dev.ramtide.integrity.BenchPages.PAGE_BYTES;

import dev.ramtide.checkpoint.DirtyPages;
import dev.ramtide.checkpoint.PageVersion;
import dev.ramtide.guest.PageKind;
import dev.ramtide.guest.PageRange;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Events of the size that an agent makes, to measure with. */
public final class BenchEvents {
  /** Pages with bytes of an event: 512 KiB. */
  public static final int EVENT_PAGES = 128;

  private BenchEvents() {}

  /** All pages in one range: of a guest that is new, or that changed all of its memory. */
  public static DirtyPages whole(long sequence, long firstPage) {
    return event(sequence, List.of(new PageRange(firstPage, EVENT_PAGES, PageKind.DATA)));
  }

  /** A range for each page, every second page of the block: what a guest's heap looks like. */
  public static DirtyPages scattered(long sequence, long firstPage) {
    List<PageRange> ranges = new ArrayList<>();
    for (int page = 0; page < EVENT_PAGES; page++) {
      ranges.add(new PageRange(firstPage + 2L * page, 1, PageKind.DATA));
    }
    return event(sequence, ranges);
  }

  private static DirtyPages event(long sequence, List<PageRange> ranges) {
    byte[] pages = new byte[EVENT_PAGES * PAGE_BYTES];
    new Random(sequence).nextBytes(pages);
    return DirtyPages.of(new PageVersion(0, sequence), 1, 0, ranges, ByteBuffer.wrap(pages));
  }
}
