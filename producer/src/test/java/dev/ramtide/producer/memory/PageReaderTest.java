package dev.ramtide.producer.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.ramtide.producer.memory.RecordedPages.Seen;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

// A crew ignores interrupts: the thread that would be timed out is left behind.
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PageReaderTest {
  private static final int PAGE = ScriptedMemory.PAGE;

  private final ScriptedMemory memory = new ScriptedMemory(100, 1, 33);

  PageReaderTest() {
    for (int block = 0; block < memory.map().blockCount(); block++) {
      for (int page = 0; page < memory.map().pageCount(block); page++) {
        if (page % 5 != 0) {
          memory.write(block, page, block * 100 + page);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1,1", "1,7", "4,1", "4,7", "3,64"})
  void everyMarkedPageComesOnceInOrderWithItsBytesTheZeroOnesToo(int threads, int piecePages)
      throws IOException {
    try (Crew crew = new Crew(threads, Thread::new)) {
      PageReader reader = reader(crew, piecePages, 0);
      for (int seed = 0; seed < 20; seed++) {
        PageMarks marks = random(seed);
        RecordedPages seen = new RecordedPages();
        reader.read(marks, seen);
        assertThat(seen.pages).isEqualTo(expected(marks));
      }
    }
    assertThat(memory.readers.size()).isLessThanOrEqualTo(threads);
    assertThat(memory.readLengths).allMatch(length -> length <= piecePages * PAGE);
  }

  @Test
  void neighboursAreReadTogether() throws IOException {
    try (Crew crew = new Crew(1, Thread::new)) {
      reader(crew, 64, 0).read(PageMarks.all(memory.map()), new RecordedPages());
    }
    assertThat(memory.readLengths).containsExactly(64 * PAGE, 36 * PAGE, PAGE, 27 * PAGE, 6 * PAGE);
  }

  @ParameterizedTest
  @CsvSource({"1,0", "1,1", "1,3", "1,1000", "4,0", "4,3", "4,1000"})
  void copiesAndWhatFoundNoRoomAreTogetherEveryPage(int threads, int budgetPieces)
      throws IOException {
    try (Crew crew = new Crew(threads, Thread::new)) {
      PageReader reader = reader(crew, 8, budgetPieces);
      for (int seed = 0; seed < 20; seed++) {
        PageMarks marks = random(seed);
        RecordedPages atOnce = new RecordedPages();
        PageCopies copies = reader.copy(marks, atOnce);
        RecordedPages later = new RecordedPages();
        copies.handOn(later);
        assertThat(later.pages).hasSize((int) Math.min(budgetPieces * 8L, marks.pageCount()));
        assertThat(copies.pageCount()).isEqualTo(later.pages.size());
        assertThat(copies.overflowPageCount()).isEqualTo(atOnce.pages.size());
        List<Seen> together = new ArrayList<>(later.pages);
        together.addAll(atOnce.pages);
        assertThat(together).isEqualTo(expected(marks));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1,0", "1,1", "1,1000", "4,0", "4,3", "4,1000"})
  void ofAComparedCopyOnlyWhatDiffersIsHandedOn(int threads, int budgetPieces) throws IOException {
    try (Crew crew = new Crew(threads, Thread::new)) {
      PageReader reader = reader(crew, 8, budgetPieces);
      for (int seed = 0; seed < 20; seed++) {
        PageMarks marks = random(seed);
        PageMarks same = random(seed + 1000);
        RecordedPages atOnce = new RecordedPages();
        PageCopies copies =
            reader.copyChanged(
                marks, (block, pageIndex, buffer, at) -> same.isMarked(block, pageIndex), atOnce);
        List<Seen> differing =
            expected(marks).stream()
                .filter(seen -> !same.isMarked(seen.block(), seen.pageIndex()))
                .toList();
        RecordedPages later = new RecordedPages();
        copies.handOn(later);
        assertThat(later.pages).hasSize((int) Math.min(budgetPieces * 8L, differing.size()));
        List<Seen> together = new ArrayList<>(later.pages);
        together.addAll(atOnce.pages);
        assertThat(together).isEqualTo(differing);
        assertThat(copies.overflowPageCount()).isEqualTo(atOnce.pages.size());
      }
    }
  }

  @Test
  void aCopyIsOfTheMomentThatItWasMade() throws IOException {
    try (Crew crew = new Crew(2, Thread::new)) {
      PageMarks all = PageMarks.all(memory.map());
      List<Seen> then = expected(all);
      PageCopies copies = reader(crew, 8, 100).copy(all, new RecordedPages());
      for (int page = 0; page < 100; page++) {
        memory.write(0, page, 255);
      }
      RecordedPages later = new RecordedPages();
      copies.handOn(later);
      assertThat(later.pages).isEqualTo(then);
    }
  }

  @Test
  void copiesWhoseBuffersAreUsedAgainAreRefused() throws IOException {
    try (Crew crew = new Crew(1, Thread::new)) {
      PageReader reader = reader(crew, 8, 2);
      PageCopies first = reader.copy(random(1), new RecordedPages());
      reader.read(random(2), new RecordedPages());
      first.handOn(new RecordedPages());
      reader.copy(random(2), new RecordedPages());
      assertThatIllegalStateException().isThrownBy(() -> first.handOn(new RecordedPages()));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void aPageThatCannotBeReadIsAFailureAndTheNextCaptureReadsAnew(int threads) throws IOException {
    try (Crew crew = new Crew(threads, Thread::new)) {
      PageReader reader = reader(crew, 8, 4);
      PageMarks all = PageMarks.all(memory.map());
      for (long bad : new long[] {2, 90}) {
        memory.failing.add(memory.ram().addressOf(0, bad));
        assertThatIOException()
            .isThrownBy(() -> reader.read(all, new RecordedPages()))
            .withMessageContaining("nothing at");
        assertThatIOException()
            .isThrownBy(() -> reader.copy(all, new RecordedPages()))
            .withMessageContaining("nothing at");
        memory.failing.clear();
      }
      RecordedPages seen = new RecordedPages();
      reader.copy(all, seen).handOn(seen);
      assertThat(seen.pages).hasSize(134);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void aHandlerThatFailsStopsTheReading(int threads) throws IOException {
    try (Crew crew = new Crew(threads, Thread::new)) {
      RecordedPages full = new RecordedPages();
      full.full = 10;
      assertThatIOException()
          .isThrownBy(() -> reader(crew, 2, 0).read(PageMarks.all(memory.map()), full))
          .withMessage("full");
      assertThat(memory.readLengths).hasSizeLessThan(5 + 1 + 2 * 3);
    }
  }

  @Test
  void marksOfAnotherGuestAreRefused() {
    try (Crew crew = new Crew(1, Thread::new)) {
      PageReader reader = reader(crew, 2, 0);
      PageMarks others = PageMarks.all(new ScriptedMemory(100).map());
      assertThatIllegalArgumentException()
          .isThrownBy(() -> reader.read(others, new RecordedPages()));
    }
  }

  @ParameterizedTest
  @CsvSource({"0,0", "4095,0", "6144,0", "33554432,0", "4096,-1"})
  void limitsThatMakeNoSenseAreRefused(int pieceBytes, long copyBytes) {
    assertThatIllegalArgumentException().isThrownBy(() -> new ReadLimits(pieceBytes, copyBytes));
  }

  private PageReader reader(Crew crew, int piecePages, int copyPieces) {
    int pieceBytes = piecePages * PAGE;
    return new PageReader(
        memory.ram(), crew, new ReadLimits(pieceBytes, (long) copyPieces * pieceBytes));
  }

  /** Of seed 0 all. */
  private PageMarks random(int seed) {
    Random random = new Random(seed);
    PageMarks marks = PageMarks.none(memory.map());
    for (int block = 0; block < memory.map().blockCount(); block++) {
      for (int page = 0; page < memory.map().pageCount(block); page++) {
        if (random.nextInt(20) >= seed) {
          marks.mark(block, page);
        }
      }
    }
    return marks;
  }

  private List<Seen> expected(PageMarks marks) {
    List<Seen> expected = new ArrayList<>();
    for (int block = 0; block < memory.map().blockCount(); block++) {
      for (int page = 0; page < memory.map().pageCount(block); page++) {
        if (marks.isMarked(block, page)) {
          expected.add(new Seen(block, page, memory.content(block, page)));
        }
      }
    }
    return expected;
  }
}
