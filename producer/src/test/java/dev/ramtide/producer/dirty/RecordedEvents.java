package dev.ramtide.producer.dirty;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ramtide.checkpoint.DirtyPages;
import dev.ramtide.guest.PageKind;
import dev.ramtide.guest.PageRange;
import dev.ramtide.guest.Striping;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps events as a log does, checks what every event must be, and replays them into a guest's
 * memory.
 */
final class RecordedEvents implements DirtyPagesHandler {
  private final Striping striping;
  private final List<DirtyPages> events = new ArrayList<>();
  private long nextSequence;

  RecordedEvents(Striping striping) {
    this.striping = striping;
  }

  @Override
  public void dirtyPages(int partition, DirtyPages event) {
    assertThat(event.checksumMatches()).isTrue();
    assertThat(event.version().sequence()).isEqualTo(nextSequence++);
    for (PageRange range : event.ranges()) {
      assertThat(range.endPage()).isLessThanOrEqualTo(striping.memory().pageCount(event.block()));
      for (long page = range.firstPage(); page < range.endPage(); page++) {
        assertThat(striping.partitionOf(event.block(), page)).isEqualTo(partition);
      }
    }
    assertThat(event.pages().remaining())
        .isEqualTo((int) event.dataPageCount() * striping.memory().pageBytes());
    // The assembler takes its buffer back when this call returns.
    ByteBuffer copy = ByteBuffer.allocate(event.pages().remaining()).put(event.pages()).flip();
    events.add(
        DirtyPages.of(event.version(), event.checkpoint(), event.block(), event.ranges(), copy));
  }

  List<DirtyPages> events() {
    return events;
  }

  void clear() {
    events.clear();
  }

  /** Applies all events from the {@code from}-th on. */
  void replayInto(byte[][] blocks, int from) {
    for (DirtyPages event : events.subList(from, events.size())) {
      ByteBuffer pages = event.pages();
      for (PageRange range : event.ranges()) {
        int pageBytes = striping.memory().pageBytes();
        byte[] bytes = new byte[range.pageCount() * pageBytes];
        if (range.kind() == PageKind.DATA) {
          pages.get(bytes);
        }
        System.arraycopy(
            bytes, 0, blocks[event.block()], (int) range.firstPage() * pageBytes, bytes.length);
      }
    }
  }
}
