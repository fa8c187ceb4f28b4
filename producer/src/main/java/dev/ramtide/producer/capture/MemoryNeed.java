package dev.ramtide.producer.capture;

import dev.ramtide.guest.GuestMemoryMap;
import java.io.IOException;

/**
 * Whether this process can remember a guest's pages: outside the heap a hash of 16 bytes for one
 * that is not zero, on it some bits. What does not fit is refused as soon as the guest's size is
 * known: memory that ran out later would cost a checkpoint that was half done.
 */
final class MemoryNeed {
  private static final int HASH_BYTES_PER_PAGE = 16;

  /** Bits on the heap: which pages came, which an audit found, which a file holds. */
  private static final int HEAP_BYTES_PER_PAGE = 1;

  /**
   * Direct buffers of others: Java reads and writes sockets through one of up to 1 MiB for each
   * thread.
   */
  private static final long CONNECTIONS_BYTES = 32L << 20;

  private static final long MEBIBYTE = 1024 * 1024;

  /** Of what a JVM is given it calls less its heap: one of the two spaces of survivors is empty. */
  private static final long XMX_PER_HEAP = 30;

  private static final long HEAP_PER_XMX = 29;

  private MemoryNeed() {}

  /**
   * @param reading what the source takes beside the pages, see {@link CaptureSource#readingMemory}
   * @throws IOException a guest without zero pages would not fit; the message says what would be
   *     needed
   */
  static void require(GuestMemoryMap memory, ReadingMemory reading) throws IOException {
    require(memory, reading, MemoryLimits.own());
  }

  static void require(GuestMemoryMap memory, ReadingMemory reading, MemoryLimits limits)
      throws IOException {
    requireHeap(memory, reading.heapBytes(), limits.heapBytes());
    requireDirect(memory, reading.directBytes(), limits.directBytes());
  }

  private static void requireHeap(GuestMemoryMap memory, long readingBytes, long heapBytes)
      throws IOException {
    long pagesBytes = memory.pageCount() * HEAP_BYTES_PER_PAGE;
    long need = pagesBytes + readingBytes;
    // Half of the heap is for events on their way.
    if (need > heapBytes / 2) {
      throw new IOException(
          guest(memory)
              + pagesBytes / MEBIBYTE
              + " MiB of heap for bits of its pages, "
              + toRead(readingBytes)
              + "and as much again to work: give the agent "
              + (2 * need / MEBIBYTE * XMX_PER_HEAP / HEAP_PER_XMX + 1)
              + "m with RAMTIDE_HEAP (it has "
              + heapBytes / MEBIBYTE
              + "m)");
    }
  }

  private static void requireDirect(GuestMemoryMap memory, long readingBytes, long directBytes)
      throws IOException {
    long pagesBytes = memory.pageCount() * HASH_BYTES_PER_PAGE;
    long need = pagesBytes + readingBytes + CONNECTIONS_BYTES;
    if (need > directBytes) {
      throw new IOException(
          guest(memory)
              + pagesBytes / MEBIBYTE
              + " MiB outside the heap for the hashes of its pages, "
              + toRead(readingBytes)
              + "and "
              + CONNECTIONS_BYTES / MEBIBYTE
              + " MiB for connections: give the agent "
              + ((need - 1) / MEBIBYTE + 1)
              + "m with RAMTIDE_DIRECT (it has "
              + directBytes / MEBIBYTE
              + "m)");
    }
  }

  private static String guest(GuestMemoryMap memory) {
    return "a guest of " + memory.usedLength() / MEBIBYTE + " MiB needs ";
  }

  private static String toRead(long readingBytes) {
    return readingBytes > 0 ? readingBytes / MEBIBYTE + " MiB to read it, " : "";
  }
}
