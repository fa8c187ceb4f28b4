package dev.ramtide.producer.dirty;

import dev.ramtide.checkpoint.PageCounts;
import dev.ramtide.guest.GuestMemoryMap;
import dev.ramtide.guest.Striping;
import dev.ramtide.integrity.PageDigest;
import dev.ramtide.integrity.PageHasher;
import dev.ramtide.producer.offheap.Chunks;
import dev.ramtide.producer.stream.MachineDescription.Coverage;
import dev.ramtide.producer.stream.PageComparison;
import java.io.IOException;
import java.util.List;

/**
 * Lets pass what the log does not have yet.
 *
 * <p>A page equal to its last <em>published</em> content is counted and dropped. In a keyframe
 * every page passes once, and again only when it has changed since. The hashes are taken as proof
 * of equality: 128 bits of a hash that includes the page's place.
 *
 * <p>A filter lives as long as its epoch. It notes a page as published when it hands it on, so
 * after any failure it may know of pages that never arrived: close it and throw it away.
 */
public final class ChangeFilter implements AutoCloseable {
  private final Striping striping;
  private final GuestMemoryMap memory;
  private final RangeAssembler assembler;
  private final PageHasher hasher = new PageHasher();
  private final PublishedHashes published;
  private final PartitionDigests digests;

  /**
   * Pages that the source delivered in this capture, numbered by stripe and place in the stripe.
   */
  private final PageSet delivered;

  private boolean capturing;
  private boolean keyframe;
  private boolean hadKeyframe;
  private Coverage coverage = Coverage.WHOLE;
  private Counter counts = new Counter();

  private static final class Counter {
    private long scanned;
    private long zero;
    private long published;
    private long publishedWithBytes;
    private long resent;
  }

  /**
   * @param hashMemory from {@link #hashMemory()}; what is taken of it is given back by {@link
   *     #close}
   */
  public ChangeFilter(Striping striping, RangeAssembler assembler, Chunks hashMemory) {
    long pageNumbers = striping.stripeCount() * striping.stripePages();
    this.striping = striping;
    this.memory = striping.memory();
    this.assembler = assembler;
    this.published = new PublishedHashes(pageNumbers, hashMemory);
    this.digests = new PartitionDigests(striping.partitionCount());
    this.delivered = new PageSet(pageNumbers);
  }

  /** Memory for the hashes of one epoch after the other. */
  public static Chunks hashMemory() {
    return new Chunks(PublishedHashes.CHUNK_BYTES);
  }

  /**
   * Begins a capture.
   *
   * @param checkpoint the number it will have
   * @param keyframe whether every page is to be published; must be so for the first capture of the
   *     epoch
   * @param coverage what a page is that is not delivered; a keyframe needs {@link Coverage#WHOLE}
   */
  public void begin(long checkpoint, boolean keyframe, Coverage coverage) {
    if (capturing) {
      throw new IllegalStateException(
          "the last capture did not end: nobody knows what of it is in the log");
    }
    if (!keyframe && !hadKeyframe) {
      throw new IllegalStateException("the first capture of an epoch must be a keyframe");
    }
    if (keyframe && coverage != Coverage.WHOLE) {
      throw new IllegalArgumentException(
          "a keyframe of only what changed would leave pages out of the log");
    }
    this.capturing = true;
    this.keyframe = keyframe;
    this.coverage = coverage;
    this.counts = new Counter();
    delivered.clear();
    assembler.begin(checkpoint);
  }

  /** The next page; see {@code GuestStateHandler.page}. */
  public void page(int block, long pageIndex, byte[] buffer, int at) throws IOException {
    hasher.hash(block, pageIndex, buffer, at, memory.pageBytes());
    boolean zero = hasher.high() == 0 && hasher.low() == 0;
    if (isNews(block, pageIndex, hasher.high(), hasher.low())) {
      if (zero) {
        assembler.zeroPage(block, pageIndex);
      } else {
        counts.publishedWithBytes++;
        assembler.page(block, pageIndex, buffer, at);
      }
    }
  }

  /** The next zero pages; see {@code GuestStateHandler.zeroPages}. */
  public void zeroPages(int block, long firstPage, long pageCount) throws IOException {
    for (long pageIndex = firstPage; pageIndex < firstPage + pageCount; pageIndex++) {
      if (isNews(block, pageIndex, 0, 0)) {
        assembler.zeroPage(block, pageIndex);
      }
    }
  }

  /**
   * Ends the capture: what the source left out is settled, and every event is handed on.
   *
   * @return what became of the pages; one that the source left out because it is zero counts as
   *     delivered
   */
  public PageCounts end() throws IOException {
    if (coverage == Coverage.WHOLE) {
      for (int block = 0; block < memory.blockCount(); block++) {
        clearPagesLeftOut(block);
      }
    }
    assembler.end();
    capturing = false;
    hadKeyframe |= keyframe;
    return new PageCounts(
        counts.scanned,
        counts.zero,
        counts.scanned - counts.published,
        counts.published,
        counts.publishedWithBytes * memory.pageBytes());
  }

  /**
   * Compares pages with the last published ones. Any number of threads may ask, also while other
   * pages come: of a page that does not, nothing is written.
   */
  public PageComparison comparison() {
    ThreadLocal<PageHasher> hashers = ThreadLocal.withInitial(PageHasher::new);
    return (block, pageIndex, buffer, at) -> {
      PageHasher own = hashers.get();
      own.hash(block, pageIndex, buffer, at, memory.pageBytes());
      long number = number(block, pageIndex);
      return published.high(number) == own.high() && published.low(number) == own.low();
    };
  }

  /** Exclusive: where the events of the last capture end in the sequences of the epoch. */
  public long endSequence() {
    return assembler.endSequence();
  }

  /** Pages of the last capture that came again after they had come once. */
  public long resentPages() {
    return counts.resent;
  }

  /** By partition, over all pages as they are now in the log. */
  public List<PageDigest> digests() {
    return digests.toList();
  }

  private void clearPagesLeftOut(int block) throws IOException {
    // A block begins with a stripe, so its pages have neighbouring numbers.
    long first = number(block, 0);
    long end = first + memory.pageCount(block);
    for (long page = delivered.nextAbsent(first); page < end; page = delivered.nextAbsent(page)) {
      zeroPages(block, page - first, 1);
    }
  }

  private boolean isNews(int block, long pageIndex, long high, long low) throws IOException {
    long stripe = striping.stripeOf(block, pageIndex);
    long number = number(stripe, pageIndex);
    boolean first = delivered.add(number);
    counts.scanned++;
    counts.resent += first ? 0 : 1;
    if (high == 0 && low == 0) {
      counts.zero++;
    }
    long highChange = published.high(number) ^ high;
    long lowChange = published.low(number) ^ low;
    boolean changed = (highChange | lowChange) != 0;
    if (changed) {
      published.set(number, high, low);
      digests.change((int) (stripe % striping.partitionCount()), highChange, lowChange);
    } else if (!keyframe || !first) {
      return false;
    }
    counts.published++;
    return true;
  }

  private long number(int block, long pageIndex) {
    return number(striping.stripeOf(block, pageIndex), pageIndex);
  }

  private long number(long stripe, long pageIndex) {
    return stripe * striping.stripePages() + pageIndex % striping.stripePages();
  }

  /** The epoch has ended. Nobody compares any more. */
  @Override
  public void close() {
    published.close();
  }
}
