package dev.ramtide.producer.capture;

import dev.ramtide.guest.GuestMemoryMap;
import java.io.IOException;

/**
 * Whether this process can remember a guest's pages: 16 bytes for one that is not zero, and little
 * more.
 */
final class MemoryNeed {
  private static final int BYTES_PER_PAGE = 17;
  private static final long MEBIBYTE = 1024 * 1024;

  /** Of what a JVM is given it calls less its heap: one of the two spaces of survivors is empty. */
  private static final long XMX_PER_HEAP = 30;

  private static final long HEAP_PER_XMX = 29;

  private MemoryNeed() {}

  /**
   * @param readingBytes what the source takes beside the pages, see {@link CaptureSource#heapBytes}
   * @throws IOException a guest without zero pages would not fit; the message says what would be
   *     needed
   */
  static void require(GuestMemoryMap memory, long readingBytes) throws IOException {
    require(memory, readingBytes, Runtime.getRuntime().maxMemory());
  }

  static void require(GuestMemoryMap memory, long readingBytes, long heapBytes) throws IOException {
    long pagesBytes = memory.pageCount() * BYTES_PER_PAGE;
    long need = pagesBytes + readingBytes;
    // Half of the heap is for events on their way.
    if (need > heapBytes / 2) {
      throw new IOException(
          "a guest of "
              + memory.usedLength() / MEBIBYTE
              + " MiB needs "
              + pagesBytes / MEBIBYTE
              + " MiB of heap for the hashes of its pages, "
              + (readingBytes > 0 ? readingBytes / MEBIBYTE + " MiB to read it, " : "")
              + "and as much again to work: give the agent "
              + (2 * need / MEBIBYTE * XMX_PER_HEAP / HEAP_PER_XMX + 1)
              + "m with RAMTIDE_HEAP (it has "
              + heapBytes / MEBIBYTE
              + "m)");
    }
  }
}
