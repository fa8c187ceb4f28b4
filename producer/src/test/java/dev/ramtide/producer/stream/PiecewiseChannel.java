package dev.ramtide.producer.stream;

import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/** Gives bytes in pieces of one size, as a slow sender does. */
final class PiecewiseChannel implements ReadableByteChannel {
  private final ByteBuffer bytes;
  private final int pieceBytes;

  PiecewiseChannel(ByteBuffer bytes, int pieceBytes) {
    this.bytes = bytes.slice();
    this.pieceBytes = pieceBytes;
  }

  @Override
  public int read(ByteBuffer into) {
    if (!bytes.hasRemaining()) {
      return -1;
    }
    int count = Math.min(pieceBytes, Math.min(into.remaining(), bytes.remaining()));
    into.put(bytes.slice(bytes.position(), count));
    bytes.position(bytes.position() + count);
    return count;
  }

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public void close() {}
}
