package dev.ramtide.producer.procfs;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A file that is read at positions, opened when it is first needed. Any thread. The size of such a
 * file reads as 0, so {@code map} and {@code transferTo} would see nothing: only plain reads.
 */
final class ProcChannel implements Closeable {
  private final Path path;
  private volatile @Nullable FileChannel channel;
  private boolean closed;

  ProcChannel(Path path) {
    this.path = path;
  }

  /** Fills the buffer from its position to its limit, or throws. */
  void readFully(long position, ByteBuffer into) throws IOException {
    FileChannel opened = channel;
    if (opened == null) {
      opened = open();
    }
    long start = position - into.position();
    while (into.hasRemaining()) {
      int count;
      try {
        count = opened.read(into, start + into.position());
      } catch (ClosedChannelException e) {
        throw e;
      } catch (IOException e) {
        throw new IOException(where(start + into.position()) + ": " + e.getMessage(), e);
      }
      if (count <= 0) {
        // QEMU's memory ends with QEMU: the kernel then reads nothing, and calls it no error.
        throw new IOException(
            where(start + into.position())
                + " ends, where "
                + into.remaining()
                + " more bytes are needed: the process is gone or has unmapped it");
      }
    }
  }

  private String where(long position) {
    return path + " at 0x" + Long.toHexString(position);
  }

  private synchronized FileChannel open() throws IOException {
    if (closed) {
      throw new ClosedChannelException();
    }
    FileChannel opened = channel;
    if (opened == null) {
      try {
        opened = FileChannel.open(path, StandardOpenOption.READ);
      } catch (IOException e) {
        throw ProcAccess.explained(path, e);
      }
      channel = opened;
    }
    return opened;
  }

  @Override
  public synchronized void close() throws IOException {
    closed = true;
    FileChannel opened = channel;
    if (opened != null) {
      opened.close();
    }
  }
}
