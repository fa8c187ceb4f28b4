package dev.ramtide.producer.memory;

import dev.ramtide.producer.memory.UnmarkedChangesException.Difference;
import dev.ramtide.producer.stream.PageComparison;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Trust, then verify, without a pause: while the guest runs all memory is read and compared with
 * what was published, and then it is asked what is marked.
 *
 * <pre>
 *   stop, copy, clear, cont, hand on | read and compare all | marks
 *                    |<---- what differs was written in here, so it must be marked by then ---->|
 * </pre>
 *
 * What was not written since the clear is what it was at the clear, whenever it is read: so of
 * every page that is not marked by then an audit proves that the checkpoint has it right. Of one
 * that is marked again it says nothing; the next audit may.
 */
public final class Audit {
  /** Differing pages that are named; the rest is counted. */
  public static final int MAX_LISTED = 16;

  private static final int PIECE_BYTES = 1 << 20;

  private Audit() {}

  /**
   * Reads all memory.
   *
   * @param tracker marks what was written since the checkpoint
   * @param published what the log has, or will have when the checkpoint is complete; asked by all
   *     threads of the crew
   * @return pages that are not marked, and equal what was published
   * @throws UnmarkedChangesException a page differs and is not marked
   */
  public static long run(GuestRam ram, PageTracker tracker, PageComparison published, Crew crew)
      throws IOException {
    Comparing job = new Comparing(ram, published);
    int slots = 2 * crew.threads();
    for (int slot = 0; slot < slots; slot++) {
      job.pieces.add(new Piece(PIECE_BYTES, ram.memory().pageBytes()));
      job.found.add(new BitSet());
    }
    crew.run(slots, job);
    PageMarks marked = tracker.marked();
    PageMarks right = job.differing.complement();
    right.addAll(marked);
    PageMarks wrong = right.complement();
    long count = wrong.pageCount();
    if (count > 0) {
      throw new UnmarkedChangesException(first(wrong), count);
    }
    return marked.complement().pageCount();
  }

  private static List<Difference> first(PageMarks wrong) {
    List<Difference> first = new ArrayList<>();
    MarkCursor cursor = new MarkCursor(wrong);
    while (first.size() < MAX_LISTED && cursor.next(1)) {
      first.add(new Difference(wrong.memory().block(cursor.block()).name(), cursor.firstPage()));
    }
    return first;
  }

  /** Reading and comparing is done in parallel; what differs is marked by one thread. */
  private static final class Comparing implements Crew.Job {
    private final GuestRam ram;
    private final MarkCursor cursor;
    private final PageComparison published;
    private final int pageBytes;
    private final PageMarks differing;
    private final List<Piece> pieces = new ArrayList<>();

    /** Of each piece, the numbers of pages in its buffer that differ. */
    private final List<BitSet> found = new ArrayList<>();

    Comparing(GuestRam ram, PageComparison published) {
      this.ram = ram;
      this.cursor = new MarkCursor(PageMarks.all(ram.memory()));
      this.published = published;
      this.pageBytes = ram.memory().pageBytes();
      this.differing = PageMarks.none(ram.memory());
    }

    @Override
    public boolean plan(int slot) {
      return pieces.get(slot).plan(cursor);
    }

    @Override
    public void fill(int slot) throws IOException {
      pieces.get(slot).readAndCompare(ram, published, found.get(slot));
    }

    @Override
    public void take(int slot) throws IOException {
      BitSet differs = found.get(slot);
      if (!differs.isEmpty()) {
        pieces
            .get(slot)
            .forEachPage(
                (block, pageIndex, buffer, at) -> {
                  if (differs.get(at / pageBytes)) {
                    differing.mark(block, pageIndex);
                  }
                });
      }
    }
  }
}
