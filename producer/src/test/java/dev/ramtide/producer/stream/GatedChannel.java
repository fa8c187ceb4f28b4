package dev.ramtide.producer.stream;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/** Gives some bytes, then waits for something, then gives others or fails. */
final class GatedChannel implements ReadableByteChannel {
  private final ByteBuffer first;
  private final ByteBuffer rest;
  private final Gate gate;
  private boolean passed;

  @FunctionalInterface
  interface Gate {
    /** Returns when the rest may come. */
    void pass() throws IOException;
  }

  /**
   * @param gateAt how many bytes come before the gate
   */
  GatedChannel(ByteBuffer bytes, int gateAt, Gate gate) {
    this.first = bytes.slice(0, gateAt);
    this.rest = bytes.slice(gateAt, bytes.limit() - gateAt);
    this.gate = gate;
  }

  @Override
  public int read(ByteBuffer into) throws IOException {
    if (first.hasRemaining()) {
      return take(first, into);
    }
    if (!passed) {
      gate.pass();
      passed = true;
    }
    return rest.hasRemaining() ? take(rest, into) : -1;
  }

  private static int take(ByteBuffer bytes, ByteBuffer into) {
    int count = Math.min(into.remaining(), bytes.remaining());
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
