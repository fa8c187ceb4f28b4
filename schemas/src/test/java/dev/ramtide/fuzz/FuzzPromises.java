package dev.ramtide.fuzz;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Checks the promises of a target, input by input. A regression test of something that was found
 * says {@code new FuzzPromises(new XFuzz()).check(input)}.
 */
public final class FuzzPromises {
  /** A message is read by people, and may be logged again and again. */
  private static final int MOST_MESSAGE_CHARS = 4096;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** The end, eight other values, and eight bits that are turned. */
  private static final int NEIGHBOURS_A_BYTE = 17;

  private static final int FIRST_BIT = 9;

  private static final int SMALL_BYTES = 1024;

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

  /**
   * Checks what is next to the seeds: one byte of them is another, or they end too early. A fuzzer
   * changes so much at once that it leaves some of these out.
   *
   * @param mostOfLarge of a seed that is large, most of which is the content of pages: these are
   *     taken evenly
   * @return how many were checked
   */
  public long checkNeighbours(int mostOfLarge) throws IOException {
    long checked = 0;
    for (byte[] seed : target.seeds()) {
      long all = (long) seed.length * NEIGHBOURS_A_BYTE;
      long step = seed.length <= SMALL_BYTES ? 1 : Math.max(1, all / mostOfLarge);
      for (long which = 0; which < all; which += step) {
        int at = (int) (which / NEIGHBOURS_A_BYTE);
        checkAloud(neighbour(seed, at, (int) (which % NEIGHBOURS_A_BYTE)));
        checked++;
      }
    }
    return checked;
  }

  private static byte[] neighbour(byte[] seed, int at, int change) {
    byte[] neighbour = change == 0 ? Arrays.copyOf(seed, at) : seed.clone();
    if (change > 0) {
      neighbour[at] = (byte) changed(seed[at], change);
    }
    return neighbour;
  }

  private static int changed(byte value, int change) {
    return switch (change) {
      case 1 -> value + 1;
      case 2 -> value - 1;
      case 3 -> value << 1;
      case 4 -> Byte.toUnsignedInt(value) >>> 1;
      case 5 -> 0x00;
      case 6 -> 0x7F;
      case 7 -> 0x80;
      case 8 -> 0xFF;
      default -> value ^ 1 << change - FIRST_BIT;
    };
  }

  private void checkAloud(byte[] input) {
    try {
      check(input);
    } catch (RuntimeException | Error e) {
      throw new AssertionError(
          e + ", with the input parseHex(\"" + HexFormat.of().formatHex(input) + "\")", e);
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
