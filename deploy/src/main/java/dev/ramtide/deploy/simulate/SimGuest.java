package dev.ramtide.deploy.simulate;

import dev.ramtide.guest.GuestMemoryMap;
import dev.ramtide.guest.RamBlock;
import dev.ramtide.qemustream.ConfigurationSubsection.TargetPageBits;
import dev.ramtide.qemustream.SectionType;
import dev.ramtide.qemustream.StreamOutput;
import dev.ramtide.qemustream.StreamPreamble;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * A guest of some small pages, which it changes while it runs: whole or a little, to zero, and back
 * to what was there before.
 */
final class SimGuest {
  static final String MACHINE = "virt-10.0";

  /** A kernel has pages of 4 KiB; where none is asked, smaller ones do, and more of them. */
  private static final int HOSTS_PAGE_BITS = 12;

  private static final int SMALL_PAGE_BITS = 10;
  private static final int HOSTS_PAGES = 9;
  private static final int SMALL_PAGES = 21;

  /** Section 2, "timer", instance 0, version 2: what comes then is the device's own. */
  private static final ByteBuffer DEVICE_HEADER =
      new StreamOutput().u8(SectionType.FULL).be32(2).str8("timer").be32(0).be32(2).toBuffer();

  private final Random random;
  private final int pageBits;
  private final GuestMemoryMap memory;
  private final byte[][][] pages;
  private final byte[][][] before;
  private final Set<PageId> dirty = new TreeSet<>();
  private final Map<Integer, Moment> moments = new HashMap<>();
  private boolean running = true;
  private Consumer<PageId> onWrite = written -> {};

  /** A page of a block. */
  record PageId(int block, int page) implements Comparable<PageId> {
    @Override
    public int compareTo(PageId other) {
      return block != other.block ? block - other.block : page - other.page;
    }
  }

  /**
   * @param hostsPages whether its pages are those of its host's kernel
   */
  SimGuest(Random random, boolean hostsPages) {
    this.random = random;
    this.pageBits = hostsPages ? HOSTS_PAGE_BITS : SMALL_PAGE_BITS;
    int pageBytes = 1 << pageBits;
    long mainPages = hostsPages ? HOSTS_PAGES : SMALL_PAGES;
    this.memory =
        new GuestMemoryMap(
            pageBytes,
            List.of(
                new RamBlock("mach-virt.ram", mainPages * pageBytes),
                new RamBlock("virt.flash0", 3L * pageBytes)));
    this.pages = new byte[2][][];
    for (int block = 0; block < 2; block++) {
      pages[block] = new byte[(int) memory.pageCount(block)][pageBytes];
    }
    this.before = copyOf(pages);
    for (int i = 0; i < 40; i++) {
      write();
    }
  }

  GuestMemoryMap memory() {
    return memory;
  }

  int pageBytes() {
    return memory.pageBytes();
  }

  /** Whether its memory can be read through its host. */
  boolean hasHostsPages() {
    return pageBits == HOSTS_PAGE_BITS;
  }

  /** Who is told of every page that it writes, at once. */
  void onWrite(Consumer<PageId> told) {
    onWrite = told;
  }

  ByteBuffer preamble() {
    return new StreamPreamble(MACHINE, List.of(new TargetPageBits(pageBits))).bytes();
  }

  List<PageId> allPages() {
    List<PageId> all = new ArrayList<>();
    for (int block = 0; block < pages.length; block++) {
      for (int page = 0; page < pages[block].length; page++) {
        all.add(new PageId(block, page));
      }
    }
    return all;
  }

  /** As it is now; the owner does not change it. */
  byte[] page(PageId id) {
    return pages[id.block()][id.page()];
  }

  void stop() {
    running = false;
  }

  void cont() {
    running = true;
  }

  boolean isRunning() {
    return running;
  }

  /** What a processor does in a moment: nothing when it stands. */
  void write() {
    if (!running) {
      return;
    }
    PageId page = anyPage();
    change(page);
    onWrite.accept(page);
  }

  /** Memory changes, and neither a processor nor a disk did it: the kernel is not told. */
  void writtenByAnother() {
    change(anyPage());
  }

  /** QEMU has given the page back: it is zero now. */
  void discard(PageId page) {
    replace(page, new byte[pageBytes()]);
  }

  /** One page at random. */
  PageId anyPage() {
    int block = random.nextInt(8) == 0 ? 1 : 0;
    return new PageId(block, random.nextInt(pages[block].length));
  }

  private void change(PageId page) {
    replace(page, changed(page(page), before[page.block()][page.page()]));
  }

  private void replace(PageId page, byte[] next) {
    before[page.block()][page.page()] = page(page);
    pages[page.block()][page.page()] = next;
    dirty.add(page);
  }

  private byte[] changed(byte[] old, byte[] older) {
    byte[] next = new byte[old.length];
    switch (random.nextInt(5)) {
      case 0 -> {} // to zero
      case 1 -> System.arraycopy(older, 0, next, 0, next.length);
      case 2 -> {
        System.arraycopy(old, 0, next, 0, next.length);
        next[random.nextInt(next.length)]++;
      }
      default -> random.nextBytes(next);
    }
    return next;
  }

  /** Pages changed since this was asked last; from now on they count as unchanged. */
  List<PageId> takeDirty() {
    List<PageId> taken = List.copyOf(dirty);
    dirty.clear();
    return taken;
  }

  /** What it is at this instant, with a device state of its own. */
  Moment moment() {
    byte[] deviceState = new byte[40 + random.nextInt(1200)];
    random.nextBytes(deviceState);
    DEVICE_HEADER.duplicate().get(deviceState, 0, DEVICE_HEADER.remaining());
    Moment moment = new Moment(copyOf(pages), deviceState);
    moments.put(moment.checksum(), moment);
    return moment;
  }

  /** Moments by the checksum of their device state. */
  Map<Integer, Moment> moments() {
    return moments;
  }

  /** Pages are replaced, never written into. */
  private static byte[][][] copyOf(byte[][][] pages) {
    byte[][][] copy = new byte[pages.length][][];
    for (int block = 0; block < pages.length; block++) {
      copy[block] = pages[block].clone();
    }
    return copy;
  }
}
