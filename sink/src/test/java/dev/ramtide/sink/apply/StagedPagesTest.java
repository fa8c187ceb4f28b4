package dev.ramtide.sink.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ramtide.checkpoint.DirtyPages;
import dev.ramtide.checkpoint.PageVersion;
import dev.ramtide.guest.PageKind;
import dev.ramtide.guest.PageRange;
import dev.ramtide.integrity.PageHasher;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class StagedPagesTest {
  private static final int BLOCK = 1;

  /** Also of a guest with other pages, after it, and of more than any agent sends. */
  @Test
  void bytesAndHashesAreThoseOfTheEvent() throws InvalidEventException {
    for (int pageBytes : new int[] {4096, 1024, 16384, 4096}) {
      for (int most : new int[] {3, 2000, 5}) {
        assertStaged(event(pageBytes, most), pageBytes);
      }
    }
  }

  private static DirtyPages event(int pageBytes, int pageCount) {
    byte[] bytes = new byte[(pageCount + 2) * pageBytes];
    new Random(pageCount).nextBytes(bytes);
    List<PageRange> ranges =
        List.of(
            new PageRange(7, pageCount, PageKind.DATA),
            new PageRange(9_000, 50, PageKind.ZERO),
            new PageRange(10_000, 2, PageKind.DATA));
    return DirtyPages.of(new PageVersion(1, 2), 3, BLOCK, ranges, ByteBuffer.wrap(bytes));
  }

  private static void assertStaged(DirtyPages event, int pageBytes) throws InvalidEventException {
    StagedPages staged = StagedPages.ofThread();
    staged.take(event, pageBytes);
    int count = event.pages().remaining() / pageBytes;
    assertThat(staged.bytes(0, count)).isEqualTo(event.pages());
    assertThat(staged.bytes(1, 2)).isEqualTo(event.pages().slice(pageBytes, 2 * pageBytes));
    assertThat(staged.bytes(0, 1).alignmentOffset(0, 4096)).isZero();
    PageHasher hasher = new PageHasher();
    byte[] page = new byte[pageBytes];
    for (int i = 0; i < count; i++) {
      event.pages().get(i * pageBytes, page);
      long pageIndex = i < count - 2 ? 7 + i : 10_000 + i - (count - 2);
      hasher.hash(BLOCK, pageIndex, page, 0, pageBytes);
      assertThat(staged.hashHigh(i)).isEqualTo(hasher.high());
      assertThat(staged.hashLow(i)).isEqualTo(hasher.low());
    }
  }

  @Test
  void aByteOfAnyPageAndAnyFieldIsUnderTheChecksum() {
    DirtyPages event = event(4096, 3);
    for (int at : new int[] {0, 4095, 4096, 5 * 4096 - 1}) {
      ByteBuffer damaged = ByteBuffer.allocate(5 * 4096).put(event.pages()).flip();
      damaged.put(at, (byte) ~damaged.get(at));
      refuses(new DirtyPages(event.version(), 3, BLOCK, event.ranges(), damaged, event.checksum()));
    }
    refuses(new DirtyPages(event.version(), 4, 1, event.ranges(), event.pages(), event.checksum()));
  }

  private static void refuses(DirtyPages event) {
    assertThatThrownBy(() -> StagedPages.ofThread().take(event, 4096))
        .isInstanceOf(InvalidEventException.class)
        .hasMessageContaining("checksum");
  }
}
