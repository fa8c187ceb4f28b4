package dev.ramtide.deploy.simulate.kernel;

import dev.ramtide.deploy.simulate.kernel.HostTraits.Ram;
import dev.ramtide.producer.procfs.AddressRange;
import dev.ramtide.producer.procfs.PagemapEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The memory of a process: where it lies, and what the kernel notes of each page.
 *
 * <pre>
 *   written      marked, with its neighbours where huge pages are made
 *   cleared      not marked; until the clear ends a processor may write without a mark
 *   merged       not marked, its frame shared         discarded   nowhere, not marked
 *   swapped out  the mark stays (private) or is lost  then read   the page of zeros, not marked
 * </pre>
 */
public final class ProcessMemory {
  /** What memory holds now. */
  @FunctionalInterface
  public interface Contents {
    /**
     * @return not to be changed
     */
    byte[] page(int block, int page);
  }

  private final HostTraits traits;
  private final Contents contents;
  private final List<Block> blocks = new ArrayList<>();
  private long nextFrame = PageNote.ZERO_FRAME + 1;

  /** One mapping. */
  private static final class Block {
    private final List<PageNote> pages = new ArrayList<>();
    private long address;

    /** As all that is newly mapped, until the first clear. */
    private boolean marked = true;

    private boolean everCleared;
  }

  public ProcessMemory(HostTraits traits, Contents contents) {
    this.traits = traits;
    this.contents = contents;
  }

  /** Another mapping. */
  public void map(long address, int pageCount) {
    Block block = new Block();
    block.address = address;
    for (int page = 0; page < pageCount; page++) {
      block.pages.add(new PageNote(nextFrame++));
    }
    blocks.add(block);
  }

  HostTraits traits() {
    return traits;
  }

  int blockCount() {
    return blocks.size();
  }

  int pageCount(int block) {
    return blocks.get(block).pages.size();
  }

  /** Where a block is now. */
  public AddressRange range(int block) {
    Block at = blocks.get(block);
    return new AddressRange(
        at.address, at.address + at.pages.size() * (long) PagemapEntry.PAGE_BYTES);
  }

  /** A block is made anew elsewhere, as when memory is plugged; nothing is where it was. */
  public void move(int block, long address) {
    Block moved = blocks.get(block);
    moved.address = address;
    moved.marked = true;
    moved.everCleared = false;
    moved.pages.forEach(page -> page.own(nextFrame++));
  }

  /** The process wrote, or had a disk write. */
  public void written(int block, int page) {
    Block in = blocks.get(block);
    PageNote note = in.pages.get(page);
    if (note.isStale()) {
      return;
    }
    if (!note.isOwn()) {
      leaveFrame(note);
      note.own(nextFrame++);
    }
    if (traits.ram() == Ram.HUGETLB && in.everCleared) {
      return;
    }
    int together = traits.hugePages() ? HostTraits.PAGES_MARKED_TOGETHER : 1;
    int first = page - page % together;
    for (int one = first; one < Math.min(first + together, in.pages.size()); one++) {
      if (in.pages.get(one).isPresent()) {
        in.pages.get(one).mark();
      }
    }
  }

  /** Of merged pages the last that is left has the frame alone. */
  private void leaveFrame(PageNote leaving) {
    for (Block block : blocks) {
      for (PageNote other : block.pages) {
        if (other != leaving && other.isPresent() && other.frame() == leaving.frame()) {
          other.leave();
        }
      }
    }
  }

  /** MADV_DONTNEED, as of a balloon: what the page held is gone. */
  public void discarded(int block, int page) {
    leaveFrame(blocks.get(block).pages.get(page));
    blocks.get(block).pages.get(page).discard();
  }

  /** Somebody read it, the process itself or one that looks. */
  public void read(int block, int page) {
    PageNote note = blocks.get(block).pages.get(page);
    if (note.isSwapped() || !note.isPresent() && traits.ram() != Ram.PRIVATE) {
      note.own(nextFrame++);
    } else if (!note.isPresent()) {
      note.readAsZero();
    }
  }

  public void swapOut(int block, int page) {
    PageNote note = blocks.get(block).pages.get(page);
    if (note.isOwn()) {
      note.swapOut(traits.ram() == Ram.PRIVATE);
    }
  }

  /** KSM: two pages of the same bytes become one. */
  public void merge(int block, int page, int otherPage) {
    PageNote one = blocks.get(block).pages.get(page);
    PageNote other = blocks.get(block).pages.get(otherPage);
    if (one.isOwn() && other.isOwn() && page != otherPage) {
      one.merge(one.frame(), 2);
      other.merge(one.frame(), 2);
    }
  }

  long mergedPages() {
    return blocks.stream()
        .flatMap(block -> block.pages.stream())
        .filter(page -> page.isPresent() && !page.isOwn() && page.frame() != PageNote.ZERO_FRAME)
        .count();
  }

  long swappedPages(int block) {
    return blocks.get(block).pages.stream().filter(PageNote::isSwapped).count();
  }

  boolean isNewlyMapped(int block) {
    return blocks.get(block).marked;
  }

  /** A part of a clear. Before {@link #endClear} a write of it may go unmarked. */
  void clear(int block, int page) {
    Block in = blocks.get(block);
    in.marked = false;
    in.everCleared = true;
    in.pages.get(page).unmark();
  }

  void endClear() {
    blocks.forEach(block -> block.pages.forEach(PageNote::flush));
  }

  /** Another's use of clear_refs: all at once. */
  public void clearAll() {
    for (int block = 0; block < blocks.size(); block++) {
      for (int page = 0; page < pageCount(block); page++) {
        clear(block, page);
      }
    }
    endClear();
  }

  byte[] content(int block, int page) {
    return contents.page(block, page);
  }

  /** The block at an address. */
  Optional<Integer> blockAt(long address) {
    for (int block = 0; block < blocks.size(); block++) {
      AddressRange range = range(block);
      if (address >= range.start() && address < range.end()) {
        return Optional.of(block);
      }
    }
    return Optional.empty();
  }

  /** As the reader of the pagemap sees it. */
  long entry(int block, int page) {
    Block in = blocks.get(block);
    long entry = in.pages.get(page).entry() | (in.marked ? PagemapEntry.SOFT_DIRTY : 0);
    if (!traits.softDirty()) {
      entry &= ~PagemapEntry.SOFT_DIRTY;
    }
    return traits.showsFrames() || !PagemapEntry.isPresent(entry)
        ? entry
        : entry & ~PagemapEntry.frame(entry);
  }
}
