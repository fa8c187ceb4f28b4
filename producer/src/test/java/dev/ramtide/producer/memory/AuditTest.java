package dev.ramtide.producer.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.ramtide.producer.memory.UnmarkedChangesException.Difference;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

// A crew ignores interrupts: the thread that would be timed out is left behind.
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AuditTest {
  private static final int PAGES = 600; // more than two pieces

  private final ScriptedMemory memory = new ScriptedMemory(PAGES, 2);
  private final byte[][] published = new byte[2][PAGES];
  private Crew crew = new Crew(1, Thread::new);

  AuditTest() {
    for (int page = 0; page < PAGES; page++) {
      memory.write(0, page, page);
      published[0][page] = (byte) page;
    }
  }

  @AfterEach
  void close() {
    crew.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void everyPageIsComparedAndTheMarkedOnesAreForgiven(int threads) throws IOException {
    crew.close();
    crew = new Crew(threads, Thread::new);
    PageMarks marked = PageMarks.none(memory.map());
    memory.write(0, 77, 1);
    marked.mark(0, 77);
    marked.mark(1, 0);
    assertThat(run(marked)).isEqualTo(PAGES);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4})
  void changesWithoutAMarkAreNamedInOrderAndTheRestIsCounted(int threads) {
    crew.close();
    crew = new Crew(threads, Thread::new);
    for (int page = 10; page < PAGES; page += 20) {
      memory.write(0, page, page + 1);
    }
    memory.write(1, 1, 1);
    UnmarkedChangesException found = found(PageMarks.none(memory.map()));
    assertThat(found.differingPages()).isEqualTo(31);
    assertThat(found.first())
        .hasSize(Audit.MAX_LISTED)
        .startsWith(new Difference("block0", 10), new Difference("block0", 30))
        .endsWith(new Difference("block0", 310));
    assertThat(found).hasMessageContaining("31 pages").hasMessageContaining("and 15 more");
  }

  /** KSM merges a page after a write: its bit is lost, and only reading finds that out. */
  @Test
  void aMarkThatTheKernelLostIsFound() throws IOException {
    SoftDirtyTracker tracker =
        new SoftDirtyTracker(memory.ram(), crew, Discards.NEVER, SoftDirtyTracker.lookMemory());
    memory.claimSoftDirty();
    tracker.clear();
    memory.write(0, 3, 9);
    memory.write(1, 0, 9);
    memory.merge(0, 9, 3);
    PageMarks marks = tracker.marked();
    assertThat(marks.isMarked(0, 3)).isFalse();
    assertThat(marks.isMarked(1, 0)).isTrue();
    UnmarkedChangesException found = found(marks);
    assertThat(found.first()).isEqualTo(List.of(new Difference("block0", 3)));
    assertThat(found).hasMessageEndingWith("without a mark: [block0 page 3]");
  }

  @Test
  void aPageThatCannotBeReadIsNotTakenForEqual() {
    memory.failing.add(memory.ram().addressOf(0, 599));
    assertThatIOException()
        .isThrownBy(() -> run(PageMarks.none(memory.map())))
        .isNotInstanceOf(UnmarkedChangesException.class)
        .withMessageContaining("nothing at");
  }

  private UnmarkedChangesException found(PageMarks marked) {
    return catchThrowableOfType(UnmarkedChangesException.class, () -> run(marked));
  }

  private long run(PageMarks marked) throws IOException {
    PageTracker tracker =
        new PageTracker() {
          @Override
          public void clear() {
            throw new AssertionError("an audit changes nothing");
          }

          @Override
          public PageMarks marked() {
            return marked;
          }

          @Override
          public void close() {}
        };
    return Audit.run(
        memory.ram(),
        tracker,
        (block, pageIndex, buffer, at) -> buffer[at] == published[block][(int) pageIndex],
        crew);
  }
}
