package dev.ramtide.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ramtide.guest.PageKind;
import dev.ramtide.guest.PageRange;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

final class DirtyPagesTest {
  private static final PageVersion VERSION = new PageVersion(3, 4);
  private static final List<PageRange> RANGES =
      List.of(new PageRange(1, 2, PageKind.DATA), new PageRange(3, 9, PageKind.ZERO));

  @Test
  void theChecksumCoversEveryField() {
    ByteBuffer pages = ByteBuffer.allocate(8192);
    DirtyPages event = DirtyPages.of(VERSION, 7, 2, RANGES, pages);
    int sum = event.checksum();
    assertThat(event.checksumMatches()).isTrue();
    assertThat(new DirtyPages(new PageVersion(4, 4), 7, 2, RANGES, pages, sum).checksumMatches())
        .isFalse();
    assertThat(new DirtyPages(new PageVersion(3, 5), 7, 2, RANGES, pages, sum).checksumMatches())
        .isFalse();
    assertThat(new DirtyPages(VERSION, 8, 2, RANGES, pages, sum).checksumMatches()).isFalse();
    assertThat(new DirtyPages(VERSION, 7, 1, RANGES, pages, sum).checksumMatches()).isFalse();
    assertThat(new DirtyPages(VERSION, 7, 2, RANGES.subList(0, 1), pages, sum).checksumMatches())
        .isFalse();
    List<PageRange> otherKind = List.of(RANGES.get(0), new PageRange(3, 9, PageKind.DATA));
    assertThat(new DirtyPages(VERSION, 7, 2, otherKind, pages, sum).checksumMatches()).isFalse();
    ByteBuffer otherBytes = ByteBuffer.allocate(8192).put(8191, (byte) 1);
    assertThat(new DirtyPages(VERSION, 7, 2, RANGES, otherBytes, sum).checksumMatches()).isFalse();
  }

  @Test
  void pagesAreCountedByKind() {
    DirtyPages event = DirtyPages.of(VERSION, 7, 2, RANGES, ByteBuffer.allocate(0));
    assertThat(event.dataPageCount()).isEqualTo(2);
    assertThat(event.zeroPageCount()).isEqualTo(9);
  }

  @Test
  void rangesThatOverlapOrDescendAreRefused() {
    List<PageRange> overlap =
        List.of(new PageRange(0, 2, PageKind.ZERO), new PageRange(1, 1, PageKind.ZERO));
    assertThatThrownBy(() -> DirtyPages.of(VERSION, 1, 0, overlap, ByteBuffer.allocate(0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("overlap");
  }
}
