package dev.ramtide.producer.memory;

import dev.ramtide.guest.GuestMemoryMap;
import dev.ramtide.producer.offheap.Chunks;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * What was seen of every page of a guest when it was last looked at: a {@link PageLook} each,
 * outside the heap. Several threads may note and ask at once, of different pages.
 */
final class Looks implements AutoCloseable {
  private static final int CHUNK_PAGES = SoftDirtyTracker.CHUNK_BYTES / Integer.BYTES;

  private final Chunks memory;

  /** Of each block, in a row of the pages of all blocks. */
  private final long[] firstPages;

  private ByteBuffer[] chunks;

  /**
   * Of no page anything was seen.
   *
   * @param memory in chunks of {@link SoftDirtyTracker#CHUNK_BYTES}
   */
  Looks(GuestMemoryMap guest, Chunks memory) throws IOException {
    this.memory = memory;
    this.firstPages = new long[guest.blockCount()];
    for (int block = 1; block < firstPages.length; block++) {
      firstPages[block] = firstPages[block - 1] + guest.pageCount(block - 1);
    }
    chunks = new ByteBuffer[Math.toIntExact((guest.pageCount() + CHUNK_PAGES - 1) / CHUNK_PAGES)];
    for (int chunk = 0; chunk < chunks.length; chunk++) {
      chunks[chunk] = memory.take();
    }
  }

  int get(int block, long pageIndex) {
    long page = firstPages[block] + pageIndex;
    return chunks[(int) (page / CHUNK_PAGES)].getInt(place(page));
  }

  void set(int block, long pageIndex, int look) {
    long page = firstPages[block] + pageIndex;
    chunks[(int) (page / CHUNK_PAGES)].putInt(place(page), look);
  }

  private static int place(long page) {
    return (int) (page % CHUNK_PAGES) * Integer.BYTES;
  }

  /** Gives the memory back; nothing is asked or noted after this. */
  @Override
  public void close() {
    Arrays.stream(chunks).forEach(memory::giveBack);
    chunks = new ByteBuffer[0];
  }
}
