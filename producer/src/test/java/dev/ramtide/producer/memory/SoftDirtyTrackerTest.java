package dev.ramtide.producer.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.ramtide.producer.offheap.Chunks;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SoftDirtyTrackerTest {
  private static final int PAGES = 40;

  private final Chunks lookMemory = SoftDirtyTracker.lookMemory();
  private final Crew crew = new Crew(1, Thread::new);
  private final ScriptedMemory memory = new ScriptedMemory(PAGES, 3);
  private SoftDirtyTracker tracker;

  @BeforeEach
  void everyPageIsOfTheGuestsOwnAndPublished() throws IOException {
    memory.claimSoftDirty();
    for (int page = 0; page < PAGES; page++) {
      memory.write(0, page, 'a');
    }
    for (int page = 0; page < 3; page++) {
      memory.write(1, page, 'b');
    }
    tracker = tracker(memory.ram(), crew, Discards.POSSIBLE);
    checkpoint();
  }

  @AfterEach
  void close() {
    crew.close();
  }

  private SoftDirtyTracker tracker(GuestRam ram, Crew readers, Discards discards)
      throws IOException {
    return new SoftDirtyTracker(ram, readers, discards, lookMemory);
  }

  @Test
  void trackersThatFollowEachOtherTakeMemoryOnce() throws IOException {
    tracker.close();
    long taken = lookMemory.allocatedBytes();
    for (int turn = 0; turn < 20; turn++) {
      SoftDirtyTracker next = tracker(memory.ram(), crew, Discards.NEVER);
      next.marked();
      next.clear();
      next.close();
    }
    assertThat(lookMemory.allocatedBytes()).isEqualTo(taken);
  }

  @Test
  void aNewMappingIsMarkedWhole() throws IOException {
    assertThat(tracker(new ScriptedMemory(70).ram(), crew, Discards.POSSIBLE).marked().pageCount())
        .isEqualTo(70);
  }

  @Test
  void whatWasWrittenSinceTheClearIsMarkedUntilTheNext() throws IOException {
    memory.write(0, 7, 'x');
    memory.write(1, 2, 'y');
    assertThat(marked()).containsExactly("0:7", "1:2");
    assertThat(marked()).containsExactly("0:7", "1:2");
    tracker.clear();
    assertThat(marked()).isEmpty();
  }

  @Test
  void oneByteOfAHugePageMarksAllOfIt() throws IOException {
    memory.pagesOfOneMark = 16;
    memory.write(0, 35, 'x');
    assertThat(tracker.marked().pageCount()).isEqualTo(8);
    assertThat(tracker.marked().isMarked(0, 32)).isTrue();
  }

  @Test
  void aPageThatWasGivenBackIsMarkedOnce() throws IOException {
    memory.discard(0, 5);
    assertThat(marked()).containsExactly("0:5");
    checkpoint();
    assertThat(marked()).isEmpty();
  }

  @Test
  void aPageThatWasGivenBackAndReadByTheGuestIsMarkedOnce() throws IOException {
    memory.discard(0, 5);
    memory.touch(0, 5);
    assertThat(marked()).containsExactly("0:5");
    checkpoint();
    assertThat(marked()).isEmpty();
    memory.write(0, 5, 'x');
    memory.discard(0, 5);
    memory.touch(0, 5);
    assertThat(memory.content(0, 5)).as("as it was published").isZero();
    assertThat(marked()).isEmpty();
  }

  @Test
  void aPageThatKsmTookAfterAWriteIsMarkedThoughItsBitIsLost() throws IOException {
    memory.write(0, 3, 'z');
    memory.write(0, 8, 'z');
    memory.merge(0, 3, 8);
    assertThat(marked()).contains("0:8");
  }

  @Test
  void aFrameThatIsAnotherMarksThePageWhereFramesAreShown() throws IOException {
    memory.framesShown = true;
    memory.merge(0, 3, 8);
    checkpoint();
    assertThat(marked()).isEmpty();
    memory.write(0, 9, 'z');
    memory.write(0, 8, 'z');
    memory.merge(0, 9, 8);
    assertThat(marked()).containsExactly("0:8", "0:9");
  }

  @Test
  void swapKeepsMarksAndMakesNone() throws IOException {
    memory.framesShown = true;
    memory.write(0, 3, 'x');
    memory.swapOut(0, 3);
    memory.swapOut(0, 4);
    assertThat(marked()).containsExactly("0:3");
    checkpoint();
    memory.touch(0, 4);
    assertThat(marked()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Discards.class)
  void afterAPassWithoutALookZerosAreReadAgainOnlyIfTheyMayBeNew(Discards discards)
      throws IOException {
    tracker = tracker(memory.ram(), crew, discards);
    memory.discard(0, 6);
    tracker.clear();
    memory.touch(0, 6); // the pass over everything
    memory.write(0, 2, 'x');
    memory.discard(0, 30);
    assertThat(marked())
        .isEqualTo(
            discards == Discards.POSSIBLE ? List.of("0:2", "0:6", "0:30") : List.of("0:2", "0:30"));
  }

  @Test
  void aLookBeforeTheLastClearIsForgottenByAClearWithoutALook() throws IOException {
    memory.discard(0, 5);
    tracker.clear();
    memory.touch(0, 5);
    assertThat(marked()).containsExactly("0:5");
  }

  /**
   * Between a clear and the read of a first pass nobody looks: what was seen earlier is no proof.
   */
  @Test
  void zerosOfAnEarlierCheckpointAreNoProofAfterAClearWithoutALook() throws IOException {
    memory.discard(0, 5);
    checkpoint();
    checkpoint();
    tracker.clear();
    memory.write(0, 5, 'x'); // and the pass reads this
    memory.discard(0, 5);
    memory.touch(0, 5);
    assertThat(marked()).containsExactly("0:5");
  }

  @Test
  void bitsThatAreNotClaimedAreNotCleared() throws IOException {
    ScriptedMemory unclaimed = new ScriptedMemory(1);
    SoftDirtyTracker other = tracker(unclaimed.ram(), crew, Discards.POSSIBLE);
    assertThatIllegalStateException().isThrownBy(other::clear);
  }

  @Test
  void aPagemapThatCannotBeReadIsAFailure() {
    memory.failing.add(memory.ram().addressOf(1, 1));
    assertThatIOException().isThrownBy(tracker::marked).withMessageContaining("nothing at");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void aLargeGuestIsLookedAtInPiecesBySeveral(int threads) throws IOException {
    int large = 5 * SoftDirtyTracker.PIECE_PAGES + 17;
    ScriptedMemory guest = new ScriptedMemory(1, large, SoftDirtyTracker.PIECE_PAGES, 65);
    guest.claimSoftDirty();
    try (Crew several = new Crew(threads, Thread::new)) {
      SoftDirtyTracker looking = tracker(guest.ram(), several, Discards.NEVER);
      for (int page = 0; page < large; page++) {
        guest.touch(1, page);
      }
      looking.marked();
      looking.clear();
      List<String> expected = new ArrayList<>();
      guest.touch(0, 0);
      for (int page = 0; page < SoftDirtyTracker.PIECE_PAGES; page++) {
        guest.touch(2, page);
      }
      Random random = new Random(threads);
      for (int page = 0; page < large; page += 1 + random.nextInt(3000)) {
        guest.write(1, page, 'x');
        expected.add("1:" + page);
      }
      guest.write(1, large - 1, 'x');
      if (!expected.contains("1:" + (large - 1))) {
        expected.add("1:" + (large - 1));
      }
      PageMarks marks = looking.marked();
      assertThat(list(marks).stream().filter(page -> page.startsWith("1:"))).isEqualTo(expected);
      assertThat(list(marks).stream().filter(page -> page.startsWith("3:"))).hasSize(65);
      assertThat(guest.readers.size()).isLessThanOrEqualTo(threads);
    }
  }

  /** Whatever a guest, its balloon and swap do: no page differs that is not marked. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void noChangeGoesUnmarked(boolean framesShown) throws IOException {
    memory.framesShown = framesShown;
    long marked = 0;
    for (int seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      byte[] published = contents();
      for (int deed = random.nextInt(30); deed > 0; deed--) {
        int page = random.nextInt(PAGES);
        switch (random.nextInt(5)) {
          case 0, 1 -> memory.write(0, page, random.nextInt(3));
          case 2 -> memory.discard(0, page);
          case 3 -> memory.touch(0, page);
          default -> memory.swapOut(0, page);
        }
      }
      PageMarks marks = tracker.marked();
      byte[] now = contents();
      for (int page = 0; page < PAGES; page++) {
        if (now[page] != published[page]) {
          assertThat(marks.isMarked(0, page)).as("seed %d page %d", seed, page).isTrue();
        }
      }
      marked += marks.pageCount();
      checkpoint();
    }
    assertThat(marked).as("what is marked is not everything").isLessThan(300L * PAGES * 6 / 10);
  }

  private byte[] contents() {
    byte[] contents = new byte[PAGES];
    for (int page = 0; page < PAGES; page++) {
      contents[page] = memory.content(0, page);
    }
    return contents;
  }

  /** The guest stands: what is marked is read, and then forgotten. */
  private void checkpoint() throws IOException {
    tracker
        .marked()
        .forEachRun(
            (block, first, count) -> {
              for (long page = first; page < first + count; page++) {
                memory.touch(block, page);
              }
            });
    tracker.clear();
  }

  private List<String> marked() throws IOException {
    return list(tracker.marked());
  }

  private static List<String> list(PageMarks marks) throws IOException {
    List<String> pages = new ArrayList<>();
    marks.forEachRun(
        (block, first, count) -> {
          for (long page = first; page < first + count; page++) {
            pages.add(block + ":" + page);
          }
        });
    return pages;
  }
}
