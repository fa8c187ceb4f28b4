package dev.ramtide.producer.capture;

import dev.ramtide.mappedram.PositionalBytes;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** A file as {@link PositionalBytes}; the channel stays its opener's to close. */
record FileBytes(FileChannel channel) implements PositionalBytes {
  @Override
  public void readFully(long fileOffset, ByteBuffer into) throws IOException {
    long next = fileOffset;
    while (into.hasRemaining()) {
      int read = channel.read(into, next);
      if (read < 0) {
        throw new EOFException(
            "the file ends at " + next + ", " + into.remaining() + " bytes too early");
      }
      next += read;
    }
  }

  @Override
  public long size() throws IOException {
    return channel.size();
  }
}
