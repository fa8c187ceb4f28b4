package dev.ramtide.producer.memory;

import dev.ramtide.producer.stream.GuestStateHandler;
import java.io.IOException;
import java.util.List;

/** Pages as they were while the guest stood. Same owner thread as their {@link PageReader}. */
public final class PageCopies {
  private final PageReader reader;
  private final long copyNumber;
  private final List<Piece> pieces;
  private final long overflowPageCount;

  PageCopies(PageReader reader, long copyNumber, List<Piece> pieces, long overflowPageCount) {
    this.reader = reader;
    this.copyNumber = copyNumber;
    this.pieces = pieces;
    this.overflowPageCount = overflowPageCount;
  }

  /** Number of pages that are held here. */
  public long pageCount() {
    return pieces.stream().mapToLong(Piece::pageCount).sum();
  }

  /** Number of pages that found no room, and were handed on while the guest stood. */
  public long overflowPageCount() {
    return overflowPageCount;
  }

  /**
   * Hands on every page that is held, in order of blocks and pages.
   *
   * @throws IllegalStateException if the reader's buffers hold the next copy by now
   */
  public void handOn(GuestStateHandler to) throws IOException {
    if (!reader.holds(copyNumber)) {
      throw new IllegalStateException("these copies made room for the next ones");
    }
    for (Piece piece : pieces) {
      piece.forEachPage(to::page);
    }
  }
}
