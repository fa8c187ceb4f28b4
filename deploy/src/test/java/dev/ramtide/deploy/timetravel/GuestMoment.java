package dev.ramtide.deploy.timetravel;

import dev.ramtide.deploy.demo.GuestProgram;
import dev.ramtide.deploy.demo.PhysicalMemory;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;

/**
 * The instant of a {@link GuestProgram} that counts, read from its memory: the judge of whether a
 * memory ever was one.
 *
 * <pre>
 *   pages in the order in which the guest goes round:   k+1 k+1 ... k+1 | k k ... k
 *                                                               position ^      k = passes done
 * </pre>
 *
 * Every other byte of the filled memory follows from its place. So a page of another moment, or of
 * another place, is found out, whichever it is.
 *
 * @param passes done before the one that runs
 * @param position hot pages that the running pass has counted already
 */
record GuestMoment(long passes, int position) implements Comparable<GuestMoment> {
  private static final int PAGE_BYTES = 4096;

  /** Memory that no guest ever had. */
  static final class TornMemoryException extends Exception {
    private static final long serialVersionUID = 1;

    TornMemoryException(String message) {
      super(message);
    }
  }

  /**
   * @param memory of a guest that stands
   * @throws TornMemoryException it is not of one moment; the message names the first page that
   *     tells
   */
  static GuestMoment of(PhysicalMemory memory)
      throws TornMemoryException, IOException, InterruptedException {
    GuestProgram program = memory.spec().program();
    long passes = dword(memory, GuestProgram.PASS_ADDRESS);
    int error = (int) dword(memory, GuestProgram.ERROR_ADDRESS);
    if (error != 0) {
      throw new TornMemoryException(
          "the guest itself found another count at 0x" + Integer.toHexString(error));
    }
    int position = 0;
    try (DataInputStream in =
        new DataInputStream(memory.read(program.fill().base(), program.fill().sizeBytes()))) {
      byte[] page = new byte[PAGE_BYTES];
      int expected = program.fill().seed();
      long hotEnd = program.hotBase() + (long) program.hotPages() * PAGE_BYTES;
      long end = program.fill().base() + program.fill().sizeBytes();
      for (long address = program.fill().base(); address < end; address += PAGE_BYTES) {
        in.readFully(page);
        boolean hot = address >= program.hotBase() && address < hotEnd;
        if (hot) {
          int before = (int) ((address - program.hotBase()) / PAGE_BYTES);
          position = nextPosition(position, before, dwordAt(page, 0) - passes, address);
        }
        expected = afterFill(program.fill(), page, expected, hot, address);
      }
    }
    return new GuestMoment(passes, position);
  }

  /** Counts begin one ahead of the passes, and stay behind once they were. */
  private static int nextPosition(int position, int before, long ahead, long address)
      throws TornMemoryException {
    if (ahead == 1 && position == before) {
      return before + 1;
    }
    if (ahead == 0) {
      return position;
    }
    throw new TornMemoryException(
        "page 0x%x counts %d more than the passes done, after %d of %d pages that count one more"
            .formatted(address, ahead, position, before));
  }

  /** Compares all but the count of a page with what it was filled with. */
  private static int afterFill(
      GuestProgram.Fill fill, byte[] page, int first, boolean hot, long address)
      throws TornMemoryException {
    int expected = first;
    for (int at = 0; at < PAGE_BYTES; at += Integer.BYTES) {
      if ((at > 0 || !hot) && (int) dwordAt(page, at) != expected) {
        throw new TornMemoryException(
            "at 0x%x stands what belongs elsewhere".formatted(address + at));
      }
      expected = expected * fill.factor() + fill.summand();
    }
    return expected;
  }

  private static long dword(PhysicalMemory memory, long address)
      throws IOException, InterruptedException {
    try (InputStream in = memory.read(address, Integer.BYTES)) {
      return dwordAt(in.readNBytes(Integer.BYTES), 0);
    }
  }

  private static long dwordAt(byte[] bytes, int at) {
    return Integer.toUnsignedLong(
        Byte.toUnsignedInt(bytes[at])
            | Byte.toUnsignedInt(bytes[at + 1]) << 8
            | Byte.toUnsignedInt(bytes[at + 2]) << 16
            | Byte.toUnsignedInt(bytes[at + 3]) << 24);
  }

  @Override
  public int compareTo(GuestMoment other) {
    int byPasses = Long.compare(passes, other.passes);
    return byPasses == 0 ? Integer.compare(position, other.position) : byPasses;
  }
}
