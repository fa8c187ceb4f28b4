package dev.ramtide.producer.memory;

import dev.ramtide.guest.GuestMemoryMap;
import dev.ramtide.producer.procfs.AddressRange;
import dev.ramtide.producer.procfs.PagemapEntry;
import dev.ramtide.producer.procfs.ProcessFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A guest's RAMBlocks and where they lie in QEMU's process. Any thread may read.
 *
 * @param memory with pages of {@link PagemapEntry#PAGE_BYTES}, which are the host's
 * @param hostAddresses of each block in its order: where QEMU has its first byte
 * @param files of QEMU's process; stay with the caller, who closes them
 */
public record GuestRam(GuestMemoryMap memory, List<Long> hostAddresses, ProcessFiles files) {
  public GuestRam {
    hostAddresses = List.copyOf(hostAddresses);
    if (memory.pageBytes() != PagemapEntry.PAGE_BYTES) {
      throw new IllegalArgumentException(
          "pages of " + memory.pageBytes() + " bytes: the host's have " + PagemapEntry.PAGE_BYTES);
    }
    if (hostAddresses.size() != memory.blockCount()) {
      throw new IllegalArgumentException(
          hostAddresses.size() + " addresses for " + memory.blockCount() + " RAMBlocks");
    }
    for (int block = 0; block < hostAddresses.size(); block++) {
      long address = hostAddresses.get(block);
      if (address <= 0
          || address % PagemapEntry.PAGE_BYTES != 0
          || address > Long.MAX_VALUE - memory.block(block).usedLength()) {
        throw new IllegalArgumentException(
            memory.block(block) + " at 0x" + Long.toHexString(address));
      }
    }
    refuseOverlap(ranges(memory, hostAddresses));
  }

  /** Where each block lies in QEMU's process, in the order of blocks. */
  public List<AddressRange> ranges() {
    return ranges(memory, hostAddresses);
  }

  /** The host virtual address of a page. */
  public long addressOf(int block, long pageIndex) {
    return hostAddresses.get(block) + pageIndex * memory.pageBytes();
  }

  /**
   * Reads neighbouring pages.
   *
   * @param firstPage page inside the block
   * @param into filled from its position to its limit, a whole number of pages that lie inside the
   *     block
   */
  public void read(int block, long firstPage, ByteBuffer into) throws IOException {
    if (into.remaining() % memory.pageBytes() != 0
        || firstPage < 0
        || firstPage > memory.pageCount(block) - into.remaining() / memory.pageBytes()) {
      throw new IllegalArgumentException(
          into.remaining() + " bytes from page " + firstPage + " of " + memory.block(block));
    }
    files.readMemory(addressOf(block, firstPage), into);
  }

  private static List<AddressRange> ranges(GuestMemoryMap memory, List<Long> addresses) {
    return IntStream.range(0, addresses.size())
        .mapToObj(
            block ->
                new AddressRange(
                    addresses.get(block), addresses.get(block) + memory.block(block).usedLength()))
        .toList();
  }

  private static void refuseOverlap(List<AddressRange> ranges) {
    List<AddressRange> sorted =
        ranges.stream().sorted(Comparator.comparingLong(AddressRange::start)).toList();
    for (int next = 1; next < sorted.size(); next++) {
      if (sorted.get(next).overlaps(sorted.get(next - 1))) {
        throw new IllegalArgumentException(
            "RAMBlocks at " + sorted.get(next - 1) + " and " + sorted.get(next) + " overlap");
      }
    }
  }
}
