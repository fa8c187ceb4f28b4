package dev.ramtide.guest;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * All RAMBlocks of a guest in the order of QEMU's stream.
 *
 * @param pageBytes size of a target page: a power of two, 1 KiB to 64 KiB (4096 on x86)
 * @param blocks in stream order, distinct names; an index into this list is a {@code block}
 *     everywhere
 */
public record GuestMemoryMap(int pageBytes, List<RamBlock> blocks) {
  /** More than any real guest has; a bound for what comes from the wire. */
  public static final int MAX_BLOCKS = 4096;

  /** 2^40 pages are 4 PiB of guest memory: sums below stay far from overflowing a long. */
  private static final long MAX_PAGES = 1L << 40;

  public GuestMemoryMap {
    if (pageBytes < 1024 || pageBytes > 65536 || Integer.bitCount(pageBytes) != 1) {
      throw new IllegalArgumentException("page size " + pageBytes);
    }
    blocks = List.copyOf(blocks);
    if (blocks.isEmpty() || blocks.size() > MAX_BLOCKS) {
      throw new IllegalArgumentException(blocks.size() + " RAMBlocks: must be 1 to " + MAX_BLOCKS);
    }
    Set<String> names = new HashSet<>();
    long pages = 0;
    for (RamBlock block : blocks) {
      if (!names.add(block.name())) {
        throw new IllegalArgumentException("RAMBlock " + block.name() + " appears twice");
      }
      if (block.usedLength() % pageBytes != 0) {
        throw new IllegalArgumentException(
            block + " is not a multiple of the page size " + pageBytes);
      }
      pages += block.usedLength() / pageBytes;
      if (pages > MAX_PAGES) {
        throw new IllegalArgumentException("more than " + MAX_PAGES + " pages");
      }
    }
  }

  public RamBlock block(int block) {
    return blocks.get(block);
  }

  public int blockCount() {
    return blocks.size();
  }

  /** Pages of one block. */
  public long pageCount(int block) {
    return blocks.get(block).usedLength() / pageBytes;
  }

  /** Pages of all blocks. */
  public long pageCount() {
    return usedLength() / pageBytes;
  }

  /** Bytes of all blocks: what QEMU's MEM_SIZE record says. */
  public long usedLength() {
    return blocks.stream().mapToLong(RamBlock::usedLength).sum();
  }

  /** The index of the block with this name, or -1. */
  public int indexOf(String name) {
    for (int block = 0; block < blocks.size(); block++) {
      if (blocks.get(block).name().equals(name)) {
        return block;
      }
    }
    return -1;
  }
}
