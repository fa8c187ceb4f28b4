package dev.ramtide.producer.capture;

import dev.ramtide.qemustream.MultifdHello;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;

/**
 * A connection of which the first bytes are read to learn what it is; whoever reads it gets them
 * again.
 *
 * <p>Does not block until it is greeted, and then does.
 */
final class GreetedConnection implements ByteChannel {
  private final SocketChannel socket;
  private final ByteBuffer greeting = ByteBuffer.allocate(Integer.BYTES);

  /**
   * @param socket does not block
   */
  GreetedConnection(SocketChannel socket) {
    this.socket = socket;
  }

  /**
   * Takes what is there of the first bytes.
   *
   * @return whether they are complete, or all that there will be
   */
  boolean greet(SelectionKey key) throws IOException {
    boolean ended = socket.read(greeting) < 0;
    if (greeting.hasRemaining() && !ended) {
      return false;
    }
    key.cancel();
    socket.configureBlocking(true);
    greeting.flip();
    return true;
  }

  /** Whether it is a multifd channel; anything else is to be read as the main connection. */
  boolean isChannel() {
    return greeting.limit() == Integer.BYTES && greeting.getInt(0) == MultifdHello.MAGIC;
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    if (!greeting.hasRemaining()) {
      return socket.read(into);
    }
    int count = Math.min(greeting.remaining(), into.remaining());
    into.put(greeting.slice(greeting.position(), count));
    greeting.position(greeting.position() + count);
    return count;
  }

  @Override
  public int write(ByteBuffer from) throws IOException {
    return socket.write(from);
  }

  @Override
  public boolean isOpen() {
    return socket.isOpen();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
