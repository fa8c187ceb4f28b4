package dev.ramtide.producer.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.ramtide.guest.GuestMemoryMap;
import dev.ramtide.guest.RamBlock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PageMarksTest {
  private final GuestMemoryMap memory =
      new GuestMemoryMap(
          4096,
          List.of(
              new RamBlock("ram", 4096 * 200),
              new RamBlock("rom", 4096),
              new RamBlock("words", 4096 * 128)));

  @Test
  void allIsEveryPageAndNothingBeyond() throws IOException {
    PageMarks all = PageMarks.all(memory);
    assertThat(all.pageCount()).isEqualTo(329);
    assertThat(runs(all)).containsExactly("0:0+200", "1:0+1", "2:0+128");
    assertThat(all.complement().pageCount()).isZero();
    assertThat(runs(PageMarks.none(memory))).isEmpty();
  }

  @Test
  void neighboursAreOneRunAcrossWordsButNotAcrossBlocks() throws IOException {
    PageMarks marks = PageMarks.none(memory);
    for (long page = 60; page < 130; page++) {
      marks.mark(0, page);
    }
    marks.mark(0, 199);
    marks.mark(1, 0);
    marks.mark(2, 0);
    marks.mark(2, 127);
    assertThat(runs(marks)).containsExactly("0:60+70", "0:199+1", "1:0+1", "2:0+1", "2:127+1");
    assertThat(runs(marks.complement())).containsExactly("0:0+60", "0:130+69", "2:1+126");
  }

  @Test
  void marksOfOthersAreAdded() throws IOException {
    PageMarks marks = PageMarks.none(memory);
    marks.mark(0, 3);
    PageMarks others = PageMarks.none(memory);
    others.mark(0, 4);
    others.mark(2, 1);
    marks.addAll(others);
    assertThat(runs(marks)).containsExactly("0:3+2", "2:1+1");
    assertThat(runs(others)).containsExactly("0:4+1", "2:1+1");
    GuestMemoryMap smaller = new GuestMemoryMap(4096, List.of(new RamBlock("ram", 4096)));
    assertThatIllegalArgumentException().isThrownBy(() -> marks.addAll(PageMarks.all(smaller)));
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 200, Long.MAX_VALUE})
  void aPageOutsideItsBlockIsRefused(long page) {
    PageMarks marks = PageMarks.none(memory);
    assertThatIllegalArgumentException().isThrownBy(() -> marks.mark(0, page));
    assertThatIllegalArgumentException().isThrownBy(() -> marks.isMarked(0, page));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 63, 64, 65, 1000})
  void aCursorSeesWhatIsMarkedInPartsOfBoundedLength(int maxPages) throws IOException {
    for (int seed = 0; seed < 50; seed++) {
      Random random = new Random(seed);
      PageMarks marks = PageMarks.none(memory);
      TreeSet<Long> expected = new TreeSet<>();
      for (int block = 0; block < memory.blockCount(); block++) {
        for (long page = 0; page < memory.pageCount(block); page++) {
          if (random.nextInt(100) < seed * 2) {
            marks.mark(block, page);
            expected.add(block * 1000L + page);
          }
        }
      }
      List<Long> seen = new ArrayList<>();
      MarkCursor cursor = new MarkCursor(marks);
      while (cursor.next(maxPages)) {
        assertThat(cursor.pageCount()).isBetween(1, maxPages);
        for (int page = 0; page < cursor.pageCount(); page++) {
          seen.add(cursor.block() * 1000L + cursor.firstPage() + page);
        }
      }
      assertThat(seen).isEqualTo(new ArrayList<>(expected));
      assertThat(marks.pageCount()).isEqualTo(expected.size());
      assertThat(cursor.next(maxPages)).isFalse();
    }
  }

  private static List<String> runs(PageMarks marks) throws IOException {
    List<String> runs = new ArrayList<>();
    marks.forEachRun((block, first, count) -> runs.add(block + ":" + first + "+" + count));
    return runs;
  }
}
