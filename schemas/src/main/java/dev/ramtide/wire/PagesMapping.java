package dev.ramtide.wire;

import dev.ramtide.checkpoint.DirtyPages;
import dev.ramtide.checkpoint.PageVersion;
import dev.ramtide.guest.PageKind;
import dev.ramtide.guest.PageRange;
import dev.ramtide.wire.avro.Range;
import dev.ramtide.wire.avro.RangeKind;
import java.util.ArrayList;
import java.util.List;

/** The event of the pages topic, domain to Avro and back. */
final class PagesMapping {
  private PagesMapping() {}

  static dev.ramtide.wire.avro.DirtyPages toAvro(DirtyPages event) {
    List<Range> ranges = new ArrayList<>(event.ranges().size());
    for (PageRange range : event.ranges()) {
      ranges.add(new Range(range.firstPage(), range.pageCount(), toAvro(range.kind())));
    }
    return new dev.ramtide.wire.avro.DirtyPages(
        event.version().epoch(),
        event.version().sequence(),
        event.checkpoint(),
        event.block(),
        ranges,
        event.pages(),
        Checksums.toAvro(event.checksum()));
  }

  static DirtyPages fromAvro(dev.ramtide.wire.avro.DirtyPages event) {
    List<PageRange> ranges = new ArrayList<>(event.getRanges().size());
    for (Range range : event.getRanges()) {
      ranges.add(
          new PageRange(range.getFirstPage(), range.getPageCount(), fromAvro(range.getKind())));
    }
    return new DirtyPages(
        new PageVersion(event.getEpoch(), event.getSequence()),
        event.getCheckpoint(),
        event.getBlock(),
        ranges,
        event.getPages(),
        Checksums.fromAvro(event.getChecksum()));
  }

  private static RangeKind toAvro(PageKind kind) {
    return switch (kind) {
      case DATA -> RangeKind.DATA;
      case ZERO -> RangeKind.ZERO;
    };
  }

  private static PageKind fromAvro(RangeKind kind) {
    return switch (kind) {
      case DATA -> PageKind.DATA;
      case ZERO -> PageKind.ZERO;
    };
  }
}
