package dev.ramtide.mappedram;

import dev.ramtide.qemustream.MalformedStreamException;
import dev.ramtide.qemustream.StreamInput;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Reads a file's headers one after the other, through a small window, and jumps over pages. One
 * owner thread.
 */
final class PositionalInput implements StreamInput {
  private static final int WINDOW_BYTES = 4096;

  private final PositionalBytes file;
  private final long fileBytes;
  private final ByteBuffer window = ByteBuffer.allocate(WINDOW_BYTES).limit(0);
  private long windowEnd;

  PositionalInput(PositionalBytes file) throws IOException {
    this.file = file;
    this.fileBytes = file.size();
  }

  /** Goes on reading elsewhere, up to the end of the file. */
  void seek(long fileOffset) {
    window.limit(0);
    windowEnd = fileOffset;
  }

  @Override
  public long streamOffset() {
    return windowEnd - window.remaining();
  }

  @Override
  public int peek() throws IOException {
    return window.hasRemaining() || fill() ? Byte.toUnsignedInt(window.get(window.position())) : -1;
  }

  @Override
  public int u8() throws IOException {
    if (!window.hasRemaining() && !fill()) {
      throw MalformedStreamException.truncated(fileBytes);
    }
    return Byte.toUnsignedInt(window.get());
  }

  @Override
  public void readFully(byte[] into) throws IOException {
    for (int i = 0; i < into.length; i++) {
      into[i] = (byte) u8();
    }
  }

  private boolean fill() throws IOException {
    int bytes = (int) Math.min(WINDOW_BYTES, fileBytes - windowEnd);
    if (bytes <= 0) {
      return false;
    }
    window.clear().limit(bytes);
    file.readFully(windowEnd, window);
    window.flip();
    windowEnd += bytes;
    return true;
  }
}
