package dev.ramtide.fuzz;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;

/**
 * Checks the promises of a target, input by input. A regression test of something that was found
 * says {@code new FuzzPromises(new XFuzz()).check(input)}.
 */
public final class FuzzPromises {
  /** A message is read by people, and may be logged again and again. */
  private static final int MOST_MESSAGE_CHARS = 4096;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final FuzzTarget target;

  public FuzzPromises(FuzzTarget target) {
    this.target = target;
  }

  /**
   * @throws AssertionError a promise is broken; other unchecked exceptions are the decoder's
   */
  public void check(byte[] input) {
    long most = target.mostHeapBytes(input.length);
    // The first time may load classes, and a fuzzer rewrites them on this very thread.
    if (heapBytesOf(input) > most && heapBytesOf(input) > most) {
      throw new AssertionError(
          "took "
              + heapBytesOf(input)
              + " bytes of heap for an input of "
              + input.length
              + ", at most "
              + most
              + " are promised");
    }
  }

  private long heapBytesOf(byte[] input) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    decode(input);
    return THREADS.getCurrentThreadAllocatedBytes() - before;
  }

  private void decode(byte[] input) {
    try {
      target.decode(input);
    } catch (IOException e) {
      if (!target.refusals().contains(e.getClass())) {
        throw new AssertionError("refused with what it does not declare: " + e, e);
      }
      String message = e.getMessage();
      if (message == null || message.length() > MOST_MESSAGE_CHARS) {
        throw new AssertionError(
            message == null
                ? "refused without a reason"
                : "refused with a reason of " + message.length() + " characters",
            e);
      }
    }
  }
}
