package dev.ramtide.producer.dirty;

import dev.ramtide.producer.offheap.Chunks;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * The hash of every page as the log has it: 16 bytes for a page outside the heap, but nothing for
 * neighbours that are all zero, so that a large and mostly empty guest costs little.
 *
 * <pre>
 *   page number / {@link #CHUNK_PAGES}: chunk, absent while all its pages are zero
 *   page number % {@link #CHUNK_PAGES}: 8 bytes high, 8 bytes low
 * </pre>
 *
 * One thread sets, any number may read meanwhile: of a page that is not being set they see what was
 * set last.
 */
final class PublishedHashes implements AutoCloseable {
  /** 16 KiB, for 4 MiB of a guest of small pages: as a stripe has them by default. */
  static final int CHUNK_PAGES = 1024;

  static final int CHUNK_BYTES = CHUNK_PAGES * 2 * Long.BYTES;

  private final Chunks memory;

  /**
   * Set with release and read with acquire: a reader that came upon a buffer without what its
   * constructor wrote would read at a wild address, and that is no exception but the end of the
   * JVM.
   */
  private final AtomicReferenceArray<@Nullable ByteBuffer> chunks;

  private boolean closed;

  /**
   * @param memory in chunks of {@link #CHUNK_BYTES}
   */
  PublishedHashes(long pageCount, Chunks memory) {
    this.memory = memory;
    this.chunks =
        new AtomicReferenceArray<>(Math.toIntExact((pageCount + CHUNK_PAGES - 1) / CHUNK_PAGES));
  }

  long high(long page) {
    ByteBuffer chunk = chunks.getAcquire((int) (page / CHUNK_PAGES));
    return chunk == null ? 0 : chunk.getLong(place(page));
  }

  long low(long page) {
    ByteBuffer chunk = chunks.getAcquire((int) (page / CHUNK_PAGES));
    return chunk == null ? 0 : chunk.getLong(place(page) + Long.BYTES);
  }

  void set(long page, long high, long low) throws IOException {
    int number = (int) (page / CHUNK_PAGES);
    ByteBuffer chunk = chunks.getPlain(number);
    if (chunk == null) {
      if (high == 0 && low == 0) {
        return;
      }
      chunk = take(number);
    }
    chunk.putLong(place(page), high).putLong(place(page) + Long.BYTES, low);
  }

  private ByteBuffer take(int number) throws IOException {
    if (closed) {
      throw new IllegalStateException("the epoch of these hashes has ended");
    }
    ByteBuffer taken = memory.take();
    chunks.setRelease(number, taken);
    return taken;
  }

  private static int place(long page) {
    return (int) (page % CHUNK_PAGES) * 2 * Long.BYTES;
  }

  /** Gives the memory back. Nothing is set after this; who still reads, reads nonsense. */
  @Override
  public void close() {
    closed = true;
    for (int number = 0; number < chunks.length(); number++) {
      ByteBuffer chunk = chunks.getAndSet(number, null);
      if (chunk != null) {
        memory.giveBack(chunk);
      }
    }
  }
}
