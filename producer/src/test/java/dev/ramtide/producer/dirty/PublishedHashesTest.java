package dev.ramtide.producer.dirty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.ramtide.producer.offheap.Chunks;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PublishedHashesTest {
  private static final int PAGES = 3 * PublishedHashes.CHUNK_PAGES + 1;

  private final Chunks memory = new Chunks(PublishedHashes.CHUNK_BYTES);
  private final PublishedHashes hashes = new PublishedHashes(PAGES, memory);

  @Test
  void eachPageHasItsOwn() throws IOException {
    Random random = new Random(1);
    long[] high = new long[PAGES];
    long[] low = new long[PAGES];
    for (int set = 0; set < 4 * PAGES; set++) {
      int page = random.nextInt(PAGES);
      high[page] = random.nextInt(3) == 0 ? 0 : random.nextLong();
      low[page] = random.nextInt(3) == 0 ? 0 : random.nextLong();
      hashes.set(page, high[page], low[page]);
    }
    for (int page = 0; page < PAGES; page++) {
      assertThat(hashes.high(page)).isEqualTo(high[page]);
      assertThat(hashes.low(page)).isEqualTo(low[page]);
    }
  }

  @Test
  void zeroPagesAmongThemselvesTakeNoMemory() throws IOException {
    for (int page = 0; page < PAGES; page++) {
      hashes.set(page, 0, 0);
    }
    assertThat(memory.allocatedBytes()).isZero();
    hashes.set(PAGES - 1, 0, 1);
    assertThat(memory.allocatedBytes()).isEqualTo(PublishedHashes.CHUNK_BYTES);
  }

  @Test
  void anEpochKnowsNothingOfTheOneBefore() throws IOException {
    for (int page = 0; page < PAGES; page++) {
      hashes.set(page, page, -1);
    }
    long taken = memory.allocatedBytes();
    hashes.close();
    try (PublishedHashes next = new PublishedHashes(PAGES, memory)) {
      next.set(2, 7, 8);
      for (int page = 0; page < PAGES; page++) {
        assertThat(next.high(page)).isEqualTo(page == 2 ? 7 : 0);
        assertThat(next.low(page)).isEqualTo(page == 2 ? 8 : 0);
      }
    }
    assertThat(memory.allocatedBytes()).isEqualTo(taken);
  }

  @Test
  void whatIsClosedTakesNoPage() throws IOException {
    hashes.set(1, 1, 1);
    hashes.close();
    assertThatIllegalStateException().isThrownBy(() -> hashes.set(1, 2, 2));
  }
}
