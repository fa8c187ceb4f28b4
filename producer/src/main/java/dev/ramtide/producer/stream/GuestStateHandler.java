package dev.ramtide.producer.stream;

import dev.ramtide.producer.stream.MachineDescription.Coverage;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Takes one instant of a guest, page by page, from whatever source it comes.
 *
 * <p>The order of calls is: {@link #machine} once, pages in the order in which QEMU's bytes were
 * true (a page may come again: the last one wins), {@link #deviceState} in pieces. Nothing is kept
 * from a buffer after the call returns. All calls but {@link #paused} come one after the other,
 * with multifd from several threads.
 *
 * <p>An {@link IOException} from a method means that the capture is lost; the source stops it and
 * lets the guest run on.
 */
public interface GuestStateHandler {
  /**
   * Tells what the pages that follow belong to.
   *
   * @return what of them is needed: {@link Coverage#CHANGES} may be all that a source has to
   *     deliver that offers it; {@link Coverage#WHOLE} is never too much
   */
  Coverage machine(MachineDescription machine) throws IOException;

  /**
   * Compares pages with those that are handed on already, in this capture and before; only after
   * {@link #machine}. Who keeps nothing finds every page to be another one.
   */
  default PageComparison comparison() {
    return (block, pageIndex, buffer, at) -> false;
  }

  /**
   * The guest stands until this returns. Called at most once, by a source that was asked to hold
   * it, and in a live capture from another thread while pages still come.
   */
  default void paused(GuestPause pause) throws InterruptedException {}

  /**
   * A page with its bytes (which may all be zero).
   *
   * @param block index into the memory map
   * @param pageIndex page inside the block, already checked to lie inside
   * @param buffer holds the page at {@code at}, for the length of the map's page size; valid during
   *     the call
   */
  void page(int block, long pageIndex, byte[] buffer, int at) throws IOException;

  /** Neighbouring pages that are all zero, already checked to lie inside the block. */
  void zeroPages(int block, long firstPage, long pageCount) throws IOException;

  /**
   * The next piece of the device state, in order. The pieces together are QEMU's bytes, unchanged.
   */
  void deviceState(ByteBuffer bytes) throws IOException;
}
