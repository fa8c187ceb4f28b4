package dev.ramtide.producer.stream;

import dev.ramtide.guest.GuestMemoryMap;
import dev.ramtide.guest.RamBlock;
import dev.ramtide.qemustream.MalformedStreamException;
import dev.ramtide.qemustream.RamFlags;
import dev.ramtide.qemustream.SectionHeader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads the page records of RAM sections and hands the pages on. The one place where time counts:
 * no object per page, no copy. See {@link RamFlags} for the bytes. One owner thread.
 */
final class RamReader {
  private static final int PAGE_AGAIN = RamFlags.PAGE | RamFlags.CONTINUE;
  private static final int ZERO_AGAIN = RamFlags.ZERO | RamFlags.CONTINUE;

  /** Where a round over memory ends, for which the channels beside this stream wait. */
  enum RoundEnd {
    /** There are no channels. */
    NOWHERE,
    /** With a record of its own: machines of QEMU 8.1 and newer. */
    FLUSH,
    /** With each section: older ones. */
    SECTION
  }

  private final StreamBuffer in;
  private final GuestStateHandler handler;
  private final MultifdReceiver channels;
  private final RoundEnd roundEnd;
  private final GuestMemoryMap memory;
  private final long sectionId;
  private final int pageBytes;
  private final int pageShift;
  private final byte[][] names;
  private final long[] pageCounts;

  /** The block of the last record, which CONTINUE means, also in the next section. */
  private int block = -1;

  /** Zero pages that were read and not yet handed on: a guest of 5 GiB has a million in a row. */
  private long zeroFirst;

  private long zeroCount;

  private long dataPages;

  RamReader(
      StreamBuffer in,
      RamStart start,
      GuestStateHandler handler,
      MultifdReceiver channels,
      RoundEnd roundEnd) {
    this.in = in;
    this.handler = handler;
    this.channels = channels;
    this.roundEnd = roundEnd;
    this.memory = start.memory();
    this.sectionId = start.sectionId();
    this.pageBytes = memory.pageBytes();
    this.pageShift = Integer.numberOfTrailingZeros(pageBytes);
    this.names =
        memory.blocks().stream()
            .map(entry -> entry.name().getBytes(StandardCharsets.UTF_8))
            .toArray(byte[][]::new);
    this.pageCounts =
        memory.blocks().stream()
            .mapToLong(RamBlock::usedLength)
            .map(length -> length >> pageShift)
            .toArray();
  }

  /** Pages with bytes so far, those that came again included. */
  long dataPages() {
    return dataPages;
  }

  /** Reads what follows the type byte of a PART or END section. */
  void readSection() throws IOException {
    long at = in.streamOffset();
    long found = in.be32();
    if (found != sectionId) {
      throw new MalformedStreamException(
          at,
          "part of section " + found + ", but only section " + sectionId + " (ram) was started");
    }
    readRecords();
    SectionHeader.readFooter(in, sectionId);
  }

  private void readRecords() throws IOException {
    for (; ; ) {
      long word = in.be64();
      int flags = (int) word & (pageBytes - 1);
      switch (flags) {
        case PAGE_AGAIN -> page(word);
        case ZERO_AGAIN -> zeroPage(word);
        case RamFlags.PAGE -> {
          selectBlock();
          page(word);
        }
        case RamFlags.ZERO -> {
          selectBlock();
          zeroPage(word);
        }
        case RamFlags.EOS -> {
          passZeroPages();
          if (roundEnd == RoundEnd.SECTION) {
            channels.endOfRound(in.streamOffset());
          }
          return;
        }
        case RamFlags.MULTIFD_FLUSH -> endOfRound();
        default -> throw Refusal.ramRecord(in.streamOffset() - Long.BYTES, flags);
      }
    }
  }

  private void endOfRound() throws IOException {
    if (roundEnd != RoundEnd.FLUSH) {
      throw Refusal.ramRecord(in.streamOffset() - Long.BYTES, RamFlags.MULTIFD_FLUSH);
    }
    passZeroPages();
    channels.endOfRound(in.streamOffset());
  }

  private void page(long word) throws IOException {
    long pageIndex = checkedPage(word);
    passZeroPages();
    in.require(pageBytes);
    handler.page(block, pageIndex, in.array(), in.position());
    in.skip(pageBytes);
    dataPages++;
  }

  private void zeroPage(long word) throws IOException {
    long pageIndex = checkedPage(word);
    int fill = in.u8();
    if (fill != 0) {
      throw new MalformedStreamException(
          in.streamOffset() - 1,
          "a page filled with 0x" + Integer.toHexString(fill) + ": only zero is known");
    }
    if (pageIndex != zeroFirst + zeroCount || zeroCount == 0) {
      passZeroPages();
      zeroFirst = pageIndex;
    }
    zeroCount++;
  }

  private void passZeroPages() throws IOException {
    if (zeroCount > 0) {
      handler.zeroPages(block, zeroFirst, zeroCount);
      zeroCount = 0;
    }
  }

  private long checkedPage(long word) throws MalformedStreamException {
    if (block < 0) {
      throw new MalformedStreamException(
          in.streamOffset() - Long.BYTES, "the first page names no RAMBlock");
    }
    long pageIndex = word >>> pageShift;
    if (pageIndex >= pageCounts[block]) {
      throw new MalformedStreamException(
          in.streamOffset(), "page " + pageIndex + " lies outside of " + memory.block(block));
    }
    return pageIndex;
  }

  /** Reads the name of a block and makes it the current one. */
  private void selectBlock() throws IOException {
    passZeroPages();
    long at = in.streamOffset();
    int length = in.u8();
    in.require(length);
    int from = in.position();
    in.skip(length);
    for (int candidate = 0; candidate < names.length; candidate++) {
      byte[] name = names[candidate];
      if (Arrays.equals(in.array(), from, from + length, name, 0, name.length)) {
        block = candidate;
        return;
      }
    }
    String name = new String(in.array(), from, length, StandardCharsets.UTF_8);
    throw new MalformedStreamException(
        at, "page of RAMBlock '" + name + "', which the stream did not announce");
  }
}
