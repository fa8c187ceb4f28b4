package dev.ramtide.producer.memory;

import dev.ramtide.guest.GuestMemoryMap;
import dev.ramtide.guest.RamBlock;
import dev.ramtide.producer.procfs.PagemapEntry;
import dev.ramtide.producer.procfs.ProcessFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A QEMU's memory as the kernel keeps it, its lies included. A page's bytes are all the same, and
 * stand for its content. Locked as a whole: any thread may read.
 */
public final class ScriptedMemory implements ProcessFiles {
  static final int PAGE = PagemapEntry.PAGE_BYTES;
  private static final long FIRST_ADDRESS = 0x7f00_0000_0000L;
  private static final long ZERO_FRAME = 99;

  private final GuestMemoryMap memory;
  private final List<Long> addresses = new ArrayList<>();
  private final Page[][] pages;
  private long nextFrame = 1000;
  private boolean claimed;

  /** Pages that one write marks: 1, or as many as a transparent huge page has. */
  int pagesOfOneMark = 1;

  /** Whether the reader has CAP_SYS_ADMIN. */
  boolean framesShown;

  /** Reads of memory or pagemap that touch one of these fail. */
  final Set<Long> failing = new TreeSet<>();

  final Set<Thread> readers = ConcurrentHashMap.newKeySet();
  final List<Integer> readLengths = new ArrayList<>();

  private static final class Page {
    byte content;
    boolean softDirty = true; // a new mapping is all marked
    boolean present;
    boolean swapped;
    boolean exclusive;
    long frame;
  }

  /**
   * @param pageCounts of each block, which lie apart by at least a page
   */
  public ScriptedMemory(int... pageCounts) {
    List<RamBlock> blocks = new ArrayList<>();
    this.pages = new Page[pageCounts.length][];
    long address = FIRST_ADDRESS;
    for (int block = 0; block < pageCounts.length; block++) {
      blocks.add(new RamBlock("block" + block, (long) pageCounts[block] * PAGE));
      addresses.add(address);
      address += (pageCounts[block] + 1L) * PAGE;
      pages[block] = new Page[pageCounts[block]];
      Arrays.setAll(pages[block], page -> new Page());
    }
    this.memory = new GuestMemoryMap(PAGE, blocks);
  }

  public GuestRam ram() {
    return new GuestRam(memory, addresses, this);
  }

  public GuestMemoryMap map() {
    return memory;
  }

  public synchronized byte content(int block, long pageIndex) {
    return pages[block][(int) pageIndex].content;
  }

  /** The guest writes. */
  public synchronized void write(int block, long pageIndex, int content) {
    Page page = pages[block][(int) pageIndex];
    if (!page.present || !page.exclusive) {
      page.frame = nextFrame++;
    }
    page.present = true;
    page.swapped = false;
    page.exclusive = true;
    page.content = (byte) content;
    int first = (int) pageIndex / pagesOfOneMark * pagesOfOneMark;
    for (int at = first; at < Math.min(first + pagesOfOneMark, pages[block].length); at++) {
      pages[block][at].softDirty = true;
    }
  }

  /** Another process writes, or the mark is lost: the content changes and nobody is told. */
  public synchronized void writeUnmarked(int block, long pageIndex, int content) {
    pages[block][(int) pageIndex].content = (byte) content;
  }

  /** All blocks lie elsewhere from now on. */
  public synchronized void move(long distance) {
    addresses.replaceAll(address -> address + distance);
  }

  /** A balloon gives the page back: MADV_DONTNEED. */
  public synchronized void discard(int block, long pageIndex) {
    Page page = pages[block][(int) pageIndex];
    page.present = false;
    page.swapped = false;
    page.exclusive = false;
    page.softDirty = false;
    page.content = 0;
    page.frame = 0;
  }

  /**
   * Anybody reads: memory that is nowhere becomes the page of zeros, and what is in swap returns.
   */
  synchronized void touch(int block, long pageIndex) {
    Page page = pages[block][(int) pageIndex];
    if (!page.present) {
      page.present = true;
      page.exclusive = page.swapped;
      page.frame = page.swapped ? nextFrame++ : ZERO_FRAME;
      page.swapped = false;
    }
  }

  /** KSM finds the two equal: one frame remains, and the second page's mark is lost. */
  synchronized void merge(int block, long keptPage, long lostPage) {
    Page kept = pages[block][(int) keptPage];
    Page lost = pages[block][(int) lostPage];
    if (kept.content != lost.content || !kept.present || !lost.present) {
      throw new IllegalArgumentException("pages that differ are not merged");
    }
    kept.exclusive = false;
    lost.exclusive = false;
    lost.frame = kept.frame;
    lost.softDirty = false;
  }

  /** Only a page of the guest's own goes to swap, and keeps its mark. */
  synchronized void swapOut(int block, long pageIndex) {
    Page page = pages[block][(int) pageIndex];
    if (page.present && page.exclusive) {
      page.present = false;
      page.swapped = true;
    }
  }

  @Override
  public long pid() {
    return 4711;
  }

  @Override
  public String text(String name) throws IOException {
    throw new IOException("no " + name);
  }

  @Override
  public String link(String name) throws IOException {
    throw new IOException("no " + name);
  }

  @Override
  public List<String> openFiles() {
    return List.of();
  }

  @Override
  public synchronized void readMemory(long address, ByteBuffer into) throws IOException {
    readers.add(Thread.currentThread());
    readLengths.add(into.remaining());
    for (long at = address; into.hasRemaining(); at += PAGE) {
      Page page = page(at);
      for (int rest = PAGE; rest > 0; rest--) {
        into.put(page.content);
      }
    }
  }

  @Override
  public synchronized void readPagemap(long firstPage, ByteBuffer into) throws IOException {
    readers.add(Thread.currentThread());
    ByteBuffer entries = into.slice().order(ByteOrder.nativeOrder());
    for (long at = firstPage * PAGE; entries.hasRemaining(); at += PAGE) {
      entries.putLong(entry(find(at)));
    }
    into.position(into.limit());
  }

  private long entry(Page page) {
    return (page.present ? PagemapEntry.PRESENT : 0)
        | (page.swapped ? PagemapEntry.SWAPPED : 0)
        | (page.present && page.exclusive ? PagemapEntry.EXCLUSIVE : 0)
        | (page.softDirty ? PagemapEntry.SOFT_DIRTY : 0)
        | (framesShown && page.present ? page.frame : 0);
  }

  private Page page(long address) throws IOException {
    Page page = find(address);
    int block = blockOf(address);
    touch(block, (address - addresses.get(block)) / PAGE);
    return page;
  }

  private Page find(long address) throws IOException {
    int block = blockOf(address);
    long page = (address - addresses.get(block)) / PAGE;
    if (failing.contains(address) || page >= pages[block].length) {
      throw new IOException("nothing at 0x" + Long.toHexString(address));
    }
    return pages[block][(int) page];
  }

  private int blockOf(long address) {
    int block = 0;
    while (block + 1 < addresses.size() && addresses.get(block + 1) <= address) {
      block++;
    }
    return block;
  }

  @Override
  public synchronized void claimSoftDirty() {
    claimed = true;
  }

  @Override
  public synchronized void clearSoftDirty() {
    if (!claimed) {
      throw new IllegalStateException("not claimed");
    }
    for (Page[] block : pages) {
      for (Page page : block) {
        page.softDirty = false;
      }
    }
  }

  @Override
  public void close() {}
}
