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

/**
 * A guest of some pages of 1 KiB, which it changes while it runs: whole or a little, to zero, and
 * back to what was there before.
 */
final class SimGuest {
  static final String MACHINE = "virt-10.0";

  private static final int PAGE_BITS = 10;
  static final int PAGE_BYTES = 1 << PAGE_BITS;

  /** Section 2, "timer", instance 0, version 2: what comes then is the device's own. */
  private static final ByteBuffer DEVICE_HEADER =
      new StreamOutput().u8(SectionType.FULL).be32(2).str8("timer").be32(0).be32(2).toBuffer();

  private final Random random;
  private final GuestMemoryMap memory;
  private final byte[][][] pages;
  private final byte[][][] before;
  private final Set<PageId> dirty = new TreeSet<>();
  private final Map<Integer, Moment> moments = new HashMap<>();
  private boolean running = true;

  /** A page of a block. */
  record PageId(int block, int page) implements Comparable<PageId> {
    @Override
    public int compareTo(PageId other) {
      return block != other.block ? block - other.block : page - other.page;
    }
  }

  SimGuest(Random random, int mainPages) {
    this.random = random;
    this.memory =
        new GuestMemoryMap(
            PAGE_BYTES,
            List.of(
                new RamBlock("mach-virt.ram", (long) mainPages * PAGE_BYTES),
                new RamBlock("virt.flash0", 3L * PAGE_BYTES)));
    this.pages = new byte[2][][];
    for (int block = 0; block < 2; block++) {
      pages[block] = new byte[(int) memory.pageCount(block)][PAGE_BYTES];
    }
    this.before = copyOf(pages);
    for (int i = 0; i < 40; i++) {
      write();
    }
  }

  GuestMemoryMap memory() {
    return memory;
  }

  ByteBuffer preamble() {
    return new StreamPreamble(MACHINE, List.of(new TargetPageBits(PAGE_BITS))).bytes();
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
    int block = random.nextInt(8) == 0 ? 1 : 0;
    int page = random.nextInt(pages[block].length);
    byte[] old = pages[block][page];
    byte[] next = changed(old, before[block][page]);
    before[block][page] = old;
    pages[block][page] = next;
    dirty.add(new PageId(block, page));
  }

  private byte[] changed(byte[] old, byte[] older) {
    byte[] next = new byte[PAGE_BYTES];
    switch (random.nextInt(5)) {
      case 0 -> {} // to zero
      case 1 -> System.arraycopy(older, 0, next, 0, PAGE_BYTES);
      case 2 -> {
        System.arraycopy(old, 0, next, 0, PAGE_BYTES);
        next[random.nextInt(PAGE_BYTES)]++;
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
