package dev.ramtide.producer.dirty;

import dev.ramtide.checkpoint.DirtyPages;
import dev.ramtide.checkpoint.PageVersion;
import dev.ramtide.guest.PageKind;
import dev.ramtide.guest.PageRange;
import dev.ramtide.guest.Striping;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Gathers pages into events, each of pages of one stripe.
 *
 * <p>Some stripes are open at a time; an event is finished when it is full, when a page comes that
 * it holds already, when its stripe is the one that was idle longest and another is needed, and at
 * the end of the capture. An event gets its sequence when it is finished: since all pages of a
 * stripe go through its one open event, a page's versions rise in the order in which its contents
 * came.
 *
 * <p>Lives as long as its epoch.
 */
public final class RangeAssembler {
  public static final int DEFAULT_PAYLOAD_BYTES = 512 * 1024;

  /**
   * With the most ranges that an event may have around it, this stays below Kafka's default limit
   * of 1 MiB.
   */
  public static final int MAX_PAYLOAD_BYTES = 960 * 1024;

  /**
   * A source that goes through memory in order needs one open stripe; the faults of a guest that
   * runs on during a background snapshot jump between a few. More would cost memory.
   */
  private static final int MAX_OPEN_STRIPES = 32;

  private final Striping striping;
  private final long epoch;
  private final int maxPages;
  private final int maxOpen;
  private final DirtyPagesHandler handler;

  /** By stripe number, the one that was idle longest first. */
  private final LinkedHashMap<Long, OpenStripe> open = new LinkedHashMap<>(16, 0.75f, true);

  private final byte[] spare;
  private OpenStripe current;
  private long checkpoint;
  private long nextSequence;

  /**
   * @param payloadBytes page bytes of an event, at least a page, at most {@link #MAX_PAYLOAD_BYTES}
   */
  public RangeAssembler(
      Striping striping, long epoch, int payloadBytes, DirtyPagesHandler handler) {
    int pageBytes = striping.memory().pageBytes();
    if (payloadBytes < pageBytes || payloadBytes > MAX_PAYLOAD_BYTES) {
      throw new IllegalArgumentException(
          "payload of "
              + payloadBytes
              + " bytes: must be "
              + pageBytes
              + " to "
              + MAX_PAYLOAD_BYTES);
    }
    this.striping = striping;
    this.epoch = epoch;
    this.maxPages = payloadBytes / pageBytes;
    this.maxOpen = Math.min(2 * striping.partitionCount(), MAX_OPEN_STRIPES);
    this.handler = handler;
    this.spare = new byte[maxPages * pageBytes];
    this.current = newStripe();
  }

  /** Exclusive: where the events so far end in the sequences of the epoch. */
  long endSequence() {
    return nextSequence;
  }

  void begin(long checkpoint) {
    this.checkpoint = checkpoint;
  }

  void page(int block, long pageIndex, byte[] buffer, int at) throws IOException {
    int place = makeRoom(block, pageIndex);
    if (current.isFull()) {
      finish(current);
    }
    current.add(place, buffer, at);
  }

  void zeroPage(int block, long pageIndex) throws IOException {
    int place = makeRoom(block, pageIndex);
    current.addZero(place);
  }

  /** Finishes all events of the capture. */
  void end() throws IOException {
    for (OpenStripe stripe : open.values()) {
      finish(stripe);
    }
  }

  /**
   * Makes the page's stripe the current one, and sees to it that it does not hold the page; returns
   * its place.
   */
  private int makeRoom(int block, long pageIndex) throws IOException {
    long stripe = striping.stripeOf(block, pageIndex);
    int place = (int) (pageIndex % striping.stripePages());
    if (current.stripe() != stripe) {
      current = open(stripe, block, pageIndex - place);
    }
    if (current.holds(place)) {
      finish(current);
    }
    return place;
  }

  private OpenStripe open(long stripe, int block, long firstPage) throws IOException {
    OpenStripe known = open.get(stripe);
    if (known != null) {
      return known;
    }
    OpenStripe opened = open.size() < maxOpen ? newStripe() : takeIdlest();
    opened.reset(stripe, block, firstPage);
    open.put(stripe, opened);
    return opened;
  }

  private OpenStripe takeIdlest() throws IOException {
    Iterator<Map.Entry<Long, OpenStripe>> stripes = open.entrySet().iterator();
    OpenStripe idlest = stripes.next().getValue();
    stripes.remove();
    finish(idlest);
    return idlest;
  }

  private OpenStripe newStripe() {
    return new OpenStripe(striping.stripePages(), striping.memory().pageBytes(), maxPages);
  }

  private void finish(OpenStripe stripe) throws IOException {
    byte[] bytes = stripe.ascendingBytes(spare);
    List<PageRange> ranges = new ArrayList<>();
    int start = 0;
    int end = 0;
    for (int place = stripe.next(0); place >= 0; ) {
      PageRange range = stripe.rangeAt(place);
      ranges.add(range);
      if (range.kind() == PageKind.DATA) {
        end += range.pageCount() * striping.memory().pageBytes();
      }
      place = stripe.next(place + range.pageCount());
      if (place < 0 || ranges.size() == DirtyPages.MAX_RANGES) {
        emit(stripe, ranges, ByteBuffer.wrap(bytes, start, end - start));
        ranges = new ArrayList<>();
        start = end;
      }
    }
    stripe.clear();
  }

  private void emit(OpenStripe stripe, List<PageRange> ranges, ByteBuffer pages)
      throws IOException {
    PageVersion version = new PageVersion(epoch, nextSequence++);
    int partition = (int) (stripe.stripe() % striping.partitionCount());
    DirtyPages event = DirtyPages.of(version, checkpoint, stripe.block(), ranges, pages);
    handler.dirtyPages(partition, event);
  }
}
