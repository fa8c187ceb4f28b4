package dev.ramtide.producer.offheap;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;

/**
 * Pieces of memory outside the heap, all of one size.
 *
 * <p>The JVM frees such memory only when the collector finds that nobody has it any more, which
 * with a heap that is hardly used is late. So whoever is done gives its chunks back, and the next
 * one gets them: no more is ever taken than what was in use at once.
 */
public final class Chunks {
  private final int chunkBytes;
  private final ArrayDeque<ByteBuffer> free = new ArrayDeque<>();
  private long allocated;

  public Chunks(int chunkBytes) {
    if (chunkBytes < Long.BYTES || chunkBytes % Long.BYTES != 0) {
      throw new IllegalArgumentException(
          "chunks of " + chunkBytes + " bytes: must be a multiple of 8");
    }
    this.chunkBytes = chunkBytes;
  }

  /**
   * A chunk of zeros, in the host's byte order; belongs to the caller until it gives it back.
   *
   * @throws IOException the JVM may take no more; the message says what to do
   */
  public ByteBuffer take() throws IOException {
    ByteBuffer used = free.poll();
    return used == null ? allocate() : erase(used);
  }

  private static ByteBuffer erase(ByteBuffer chunk) {
    chunk.clear();
    for (int at = 0; at < chunk.capacity(); at += Long.BYTES) {
      chunk.putLong(at, 0);
    }
    return chunk;
  }

  private ByteBuffer allocate() throws IOException {
    try {
      ByteBuffer chunk = ByteBuffer.allocateDirect(chunkBytes).order(ByteOrder.nativeOrder());
      allocated++;
      return chunk;
    } catch (OutOfMemoryError e) {
      // A limit that was reached, not a heap that is full: this process is as sound as before, and
      // the guest must not be left to an agent that dies.
      throw new IOException(
          "no memory outside the heap for what is kept of each page: give the agent more with"
              + " RAMTIDE_DIRECT ("
              + e.getMessage()
              + ")",
          e);
    }
  }

  /** Nobody may use it any more; what is in it is lost. */
  public void giveBack(ByteBuffer chunk) {
    if (chunk.capacity() != chunkBytes) {
      throw new IllegalArgumentException(
          "a chunk of " + chunk.capacity() + " bytes, not " + chunkBytes);
    }
    free.add(chunk);
  }

  /** Bytes that were ever taken from the system: in use, or given back. */
  public long allocatedBytes() {
    return allocated * chunkBytes;
  }
}
