package dev.ramtide.producer.memory;

import dev.ramtide.producer.stream.GuestStateHandler;
import dev.ramtide.producer.stream.PageComparison;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Reads marked pages out of QEMU's process, in parallel and in bounded memory. One owner thread,
 * and only that thread calls a handler. Buffers are taken when they are first needed and kept for
 * the next capture: two for each thread of the crew, and as many copies as ever were needed at
 * once, within {@link ReadLimits}.
 *
 * <p>Every page goes on with its bytes, be they all zero. After a failure nothing is known of which
 * pages were handed on.
 */
public final class PageReader {
  private final GuestRam ram;
  private final Crew crew;
  private final ReadLimits limits;
  private final List<Piece> passing = new ArrayList<>();
  private final List<Piece> copies = new ArrayList<>();
  private final int maxCopies;
  private long copyNumber;

  /**
   * @param crew stays with the caller
   */
  public PageReader(GuestRam ram, Crew crew, ReadLimits limits) {
    this.ram = ram;
    this.crew = crew;
    this.limits = limits;
    this.maxCopies =
        (int) Math.min(limits.copyBytes() / limits.pieceBytes(), Integer.MAX_VALUE - 8);
    for (int slot = 0; slot < 2 * crew.threads(); slot++) {
      passing.add(newPiece());
    }
  }

  /**
   * Reads pages and hands each on at once, in order of blocks and pages.
   *
   * @param to takes {@link GuestStateHandler#page} on the calling thread
   */
  public void read(PageMarks which, GuestStateHandler to) throws IOException {
    pass(cursor(which), to);
  }

  /**
   * For the pause: copies pages, to be handed on when the guest runs again. What goes beyond the
   * budget is handed on at once: the pause lengthens, nothing is lost, and memory stays bounded.
   *
   * @param to takes what does not fit, as in {@link #read}
   * @return valid until the next {@code copy}
   */
  public PageCopies copy(PageMarks which, GuestStateHandler to) throws IOException {
    copyNumber++;
    MarkCursor cursor = cursor(which);
    int kept = maxCopies == 0 ? 0 : keep(cursor);
    long overflowPages = pass(cursor, to);
    return new PageCopies(this, copyNumber, List.copyOf(copies.subList(0, kept)), overflowPages);
  }

  /**
   * As {@link #copy}, but only of pages that are not as they were handed on last: for marks that
   * say little.
   *
   * @param published asked by all threads of the crew, while other pages may be handed on
   */
  public PageCopies copyChanged(PageMarks which, PageComparison published, GuestStateHandler to)
      throws IOException {
    copyNumber++;
    Sifting job = new Sifting(cursor(which), published, to);
    crew.run(passing.size(), job);
    return new PageCopies(
        this, copyNumber, List.copyOf(copies.subList(0, job.kept)), job.overflowPages);
  }

  /** Whether the buffers still hold that copy. */
  boolean holds(long number) {
    return number == copyNumber;
  }

  private int keep(MarkCursor cursor) throws IOException {
    Keeping job = new Keeping(cursor);
    crew.run(maxCopies, job);
    return job.kept;
  }

  private long pass(MarkCursor cursor, GuestStateHandler to) throws IOException {
    Passing job = new Passing(cursor, to);
    crew.run(passing.size(), job);
    return job.pages;
  }

  private MarkCursor cursor(PageMarks which) {
    if (!which.memory().equals(ram.memory())) {
      throw new IllegalArgumentException("marks of " + which.memory() + " for " + ram.memory());
    }
    return new MarkCursor(which);
  }

  private Piece newPiece() {
    return new Piece(limits.pieceBytes(), ram.memory().pageBytes());
  }

  /** Pieces come, are handed on, and make room for others. */
  private final class Passing implements Crew.Job {
    private final MarkCursor cursor;
    private final GuestStateHandler to;
    private long pages;

    Passing(MarkCursor cursor, GuestStateHandler to) {
      this.cursor = cursor;
      this.to = to;
    }

    @Override
    public boolean plan(int slot) {
      return passing.get(slot).plan(cursor);
    }

    @Override
    public void fill(int slot) throws IOException {
      passing.get(slot).read(ram);
    }

    @Override
    public void take(int slot) throws IOException {
      passing.get(slot).forEachPage(to::page);
      pages += passing.get(slot).pageCount();
    }
  }

  /** Pieces stay, each in a slot of its own, until there is no room. */
  private final class Keeping implements Crew.Job {
    private final MarkCursor cursor;
    private int planned;
    private int kept;

    Keeping(MarkCursor cursor) {
      this.cursor = cursor;
    }

    @Override
    public boolean plan(int slot) {
      if (planned == maxCopies) {
        return false;
      }
      if (slot == copies.size()) {
        copies.add(newPiece());
      }
      planned++;
      return copies.get(slot).plan(cursor);
    }

    @Override
    public void fill(int slot) throws IOException {
      copies.get(slot).read(ram);
    }

    @Override
    public void take(int slot) {
      kept++;
    }
  }

  /** Pieces are read and compared, several at once; what differs is kept, in order. */
  private final class Sifting implements Crew.Job {
    private final MarkCursor cursor;
    private final PageComparison published;
    private final GuestStateHandler to;

    private final int pageBytes = ram.memory().pageBytes();

    /** Of each piece, the numbers of pages in its buffer that differ. */
    private final List<BitSet> differing = new ArrayList<>();

    private int kept;
    private long overflowPages;

    Sifting(MarkCursor cursor, PageComparison published, GuestStateHandler to) {
      this.cursor = cursor;
      this.published = published;
      this.to = to;
      passing.forEach(piece -> differing.add(new BitSet()));
    }

    @Override
    public boolean plan(int slot) {
      return passing.get(slot).plan(cursor);
    }

    @Override
    public void fill(int slot) throws IOException {
      passing.get(slot).readAndCompare(ram, published, differing.get(slot));
    }

    @Override
    public void take(int slot) throws IOException {
      BitSet found = differing.get(slot);
      passing
          .get(slot)
          .forEachPage(
              (block, pageIndex, buffer, at) -> {
                if (found.get(at / pageBytes) && !keep(block, pageIndex, buffer, at)) {
                  to.page(block, pageIndex, buffer, at);
                  overflowPages++;
                }
              });
    }

    private boolean keep(int block, long pageIndex, byte[] buffer, int at) {
      if (kept > 0 && copies.get(kept - 1).append(block, pageIndex, buffer, at)) {
        return true;
      }
      if (kept == maxCopies) {
        return false;
      }
      if (kept == copies.size()) {
        copies.add(newPiece());
      }
      Piece next = copies.get(kept);
      next.empty();
      kept++;
      return next.append(block, pageIndex, buffer, at);
    }
  }
}
