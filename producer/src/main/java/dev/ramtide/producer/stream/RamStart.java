package dev.ramtide.producer.stream;

import dev.ramtide.guest.GuestMemoryMap;
import dev.ramtide.guest.RamBlock;
import dev.ramtide.qemustream.MalformedStreamException;
import dev.ramtide.qemustream.RamFlags;
import dev.ramtide.qemustream.RamSection;
import dev.ramtide.qemustream.SectionHeader;
import dev.ramtide.qemustream.StreamPreamble;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * The section with which RAM starts: its blocks, and no page yet.
 *
 * @param sectionId by which its further parts are known
 * @param flush offset of the mark for multifd channels, with which it may end
 */
record RamStart(GuestMemoryMap memory, long sectionId, OptionalLong flush) {
  /**
   * Reads what follows the header, but for the footer: with multifd QEMU sends that only when its
   * channels are read.
   */
  static RamStart read(StreamBuffer in, SectionHeader header, int pageBytes) throws IOException {
    GuestMemoryMap memory = readBlocks(in, pageBytes);
    OptionalLong flush = readEndOfList(in);
    return new RamStart(memory, header.sectionId(), flush);
  }

  private static GuestMemoryMap readBlocks(StreamBuffer in, int pageBytes) throws IOException {
    long at = in.streamOffset();
    long remainingBytes = RamSection.readMemSize(in, pageBytes);
    List<RamBlock> blocks = new ArrayList<>();
    while (remainingBytes > 0) {
      RamBlock block = RamSection.readBlock(in, pageBytes, remainingBytes);
      blocks.add(block);
      RamSection.checkBlockCount(blocks.size(), in.streamOffset());
      remainingBytes -= block.usedLength();
    }
    try {
      return new GuestMemoryMap(pageBytes, blocks);
    } catch (IllegalArgumentException refused) {
      throw new MalformedStreamException(at, String.valueOf(refused.getMessage()));
    }
  }

  /** No page may come with the list: RDMA tells of itself here, and multifd. */
  private static OptionalLong readEndOfList(StreamBuffer in) throws IOException {
    OptionalLong flush = OptionalLong.empty();
    for (; ; ) {
      long at = in.streamOffset();
      long word = in.be64();
      if (word == RamFlags.EOS) {
        return flush;
      }
      if (word != RamFlags.MULTIFD_FLUSH || flush.isPresent()) {
        throw Refusal.ramRecord(at, (int) word & StreamPreamble.DEFAULT_PAGE_BYTES - 1);
      }
      flush = OptionalLong.of(at);
    }
  }
}
