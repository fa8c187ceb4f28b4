package dev.ramtide.mappedram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ramtide.qemustream.MalformedStreamException;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PageBitmapTest {
  @Test
  void aPageIsOneBitOfItsByteLowestFirst() {
    PageBitmap bitmap = new PageBitmap(128);
    bitmap.set(0);
    bitmap.set(10);
    bitmap.set(127);
    byte[] bytes = bitmap.toBytes().array();
    assertThat(bytes).hasSize(16);
    assertThat(bytes[0]).isEqualTo((byte) 1);
    assertThat(bytes[1]).isEqualTo((byte) 4);
    assertThat(bytes[15]).isEqualTo((byte) 0x80);
  }

  @ParameterizedTest
  @CsvSource({"1,8", "32,8", "63,8", "64,8", "65,16", "32768,4096", "1310720,163840"})
  void theLengthIsRoundedUpToEightBytes(long pageCount, long bytes) {
    assertThat(PageBitmap.bytesFor(pageCount)).isEqualTo(bytes);
    assertThat(new PageBitmap(pageCount).toBytes().remaining()).isEqualTo((int) bytes);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 63, 64, 65, 127, 128, 1000})
  void itDoesWhatABitSetDoes(int pageCount) throws Exception {
    for (long seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      BitSet expected = new BitSet();
      PageBitmap bitmap = new PageBitmap(pageCount);
      for (int i = random.nextInt(pageCount + 1); i > 0; i--) {
        int page = random.nextInt(pageCount);
        expected.set(page);
        bitmap.set(page);
      }
      assertSame(PageBitmap.parse(bitmap.toBytes(), pageCount), expected);
    }
  }

  private static void assertSame(PageBitmap bitmap, BitSet expected) {
    int end = (int) bitmap.pageCount();
    assertThat(bitmap.count()).isEqualTo(expected.cardinality());
    for (int page = 0; page < end; page++) {
      assertThat(bitmap.get(page)).isEqualTo(expected.get(page));
      int nextSet = expected.nextSetBit(page);
      assertThat(bitmap.nextSet(page)).isEqualTo(nextSet < 0 ? end : nextSet);
      assertThat(bitmap.nextClear(page)).isEqualTo(Math.min(end, expected.nextClearBit(page)));
    }
    assertThat(bitmap.nextSet(end)).isEqualTo(end);
    assertThat(bitmap.nextClear(end)).isEqualTo(end);
  }

  @Test
  void aRangeIsSetAtOnce() {
    PageBitmap bitmap = new PageBitmap(200);
    bitmap.set(60, 80);
    assertThat(bitmap.count()).isEqualTo(80);
    assertThat(bitmap.nextSet(0)).isEqualTo(60);
    assertThat(bitmap.nextClear(60)).isEqualTo(140);
  }

  @Test
  void bitsBehindTheLastPageAreRefused() {
    for (int bit = 33; bit < 64; bit++) {
      ByteBuffer bytes = ByteBuffer.allocate(8).put(bit / 8, (byte) (1 << bit % 8));
      assertThatThrownBy(() -> PageBitmap.parse(bytes, 33))
          .isInstanceOf(MalformedStreamException.class)
          .hasMessageContaining("big-endian");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 7, 9, 16})
  void anotherLengthIsRefused(int bytes) {
    assertThatThrownBy(() -> PageBitmap.parse(ByteBuffer.allocate(bytes), 64))
        .isInstanceOf(MalformedStreamException.class);
  }

  @Test
  void pagesOutsideAreTheCallersBug() {
    PageBitmap bitmap = new PageBitmap(65);
    assertThatThrownBy(() -> bitmap.set(65)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> bitmap.get(-1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new PageBitmap(0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new PageBitmap(PageBitmap.MAX_PAGES + 1))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
