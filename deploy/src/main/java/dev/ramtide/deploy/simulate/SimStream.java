package dev.ramtide.deploy.simulate;

import dev.ramtide.deploy.simulate.SimGuest.PageId;
import dev.ramtide.deploy.simulate.schedule.SimProcess;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/** The connection through which a simulated QEMU sends a capture: as much as it has room for. */
final class SimStream implements Closeable {
  /** What is sent. */
  sealed interface Piece {}

  /** A page as it is now. */
  record Page(PageId id, byte[] bytes) implements Piece {}

  /** Of whom the pages are. The last piece. */
  record Devices(Moment moment) implements Piece {}

  private final String uri;
  private final SimProcess reader;
  private final int room;
  private final Deque<Piece> sent = new ArrayDeque<>();
  private boolean closed;
  private boolean ended;
  private boolean confirmed;

  /**
   * @param room for so many pieces, like a socket's buffer
   */
  SimStream(String uri, SimProcess reader, int room) {
    this.uri = uri;
    this.reader = reader;
    this.room = room;
  }

  String uri() {
    return uri;
  }

  /** Whether anybody is there to read. */
  boolean isOpen() {
    return !closed && reader.isAlive();
  }

  boolean isFull() {
    return sent.size() >= room;
  }

  void write(Piece piece) {
    sent.add(piece);
  }

  /** Nothing comes any more. */
  void end() {
    ended = true;
  }

  /**
   * What came next, if it has come.
   *
   * @throws IOException it was closed, or nothing can come any more
   */
  Optional<Piece> read() throws IOException {
    if (closed || sent.isEmpty() && ended) {
      throw new IOException("the stream ends before the guest does");
    }
    return Optional.ofNullable(sent.poll());
  }

  /** Tells QEMU that all of it arrived. */
  void confirm() {
    reader.act();
    confirmed = true;
  }

  boolean isConfirmed() {
    return confirmed;
  }

  @Override
  public void close() {
    reader.act();
    closed = true;
  }
}
