package dev.ramtide.producer.capture;

import dev.ramtide.guest.GuestMemoryMap;
import dev.ramtide.producer.memory.SoftDirtyTracker;

/**
 * How {@link HostMemorySource} captures.
 *
 * @param marks whether the kernel is asked which pages changed; otherwise all are read
 * @param holdGuest whether the guest is held while {@code GuestStateHandler.paused} is told
 * @param auditInterval every how many checkpoints all memory is read and compared; 1: always, 0:
 *     never
 * @param threads that read memory, the capturing one among them; with 1 no other is made
 * @param copyBytes of the pages that are kept until the guest runs again; what is beyond is handed
 *     on while it stands
 */
public record HostOptions(
    boolean marks, boolean holdGuest, int auditInterval, int threads, long copyBytes) {
  /** Memory is read in pieces of so much. */
  static final int PIECE_BYTES = 1 << 20;

  /** In work at once for each thread, of a reader and of an audit. */
  private static final long PIECES_OF_A_THREAD = 4;

  /** Of each page some bits, on the heap, */
  private static final long MARK_BYTES = 1;

  /** and outside of it what was seen twice. */
  private static final long LOOK_BYTES = SoftDirtyTracker.BYTES_PER_PAGE;

  /** More do not read faster: the kernel copies several GiB a second with these. */
  static final int MOST_THREADS = 4;

  /** A guest that changes more between two checkpoints pauses for the rest of its way to Kafka. */
  static final long MOST_COPY_BYTES = 256L << 20;

  public HostOptions {
    if (auditInterval < 0 || threads < 1 || copyBytes < 0) {
      throw new IllegalArgumentException(
          "audit interval " + auditInterval + ", threads " + threads + ", copies " + copyBytes);
    }
  }

  /** What reading a guest takes. */
  ReadingMemory readingMemory(GuestMemoryMap memory) {
    long markedPages = marks ? memory.pageCount() : 0;
    return new ReadingMemory(
        copyBytes + PIECES_OF_A_THREAD * threads * PIECE_BYTES + markedPages * MARK_BYTES,
        markedPages * LOOK_BYTES);
  }
}
