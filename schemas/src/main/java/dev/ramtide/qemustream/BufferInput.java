package dev.ramtide.qemustream;

import java.nio.ByteBuffer;

/**
 * A stream, or the start of one, that is in memory. Leaves the position of the buffer it is given
 * alone.
 */
public final class BufferInput implements StreamInput {
  private final ByteBuffer bytes;

  /**
   * @param bytes from position to limit; its position is stream offset 0
   */
  public BufferInput(ByteBuffer bytes) {
    this.bytes = bytes.slice();
  }

  @Override
  public long streamOffset() {
    return bytes.position();
  }

  @Override
  public int peek() {
    return bytes.hasRemaining() ? Byte.toUnsignedInt(bytes.get(bytes.position())) : -1;
  }

  @Override
  public int u8() throws MalformedStreamException {
    if (!bytes.hasRemaining()) {
      throw MalformedStreamException.truncated(streamOffset());
    }
    return Byte.toUnsignedInt(bytes.get());
  }

  @Override
  public void readFully(byte[] into) throws MalformedStreamException {
    if (bytes.remaining() < into.length) {
      throw MalformedStreamException.truncated(bytes.limit());
    }
    bytes.get(into);
  }
}
