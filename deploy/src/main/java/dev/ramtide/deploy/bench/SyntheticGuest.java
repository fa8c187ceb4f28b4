package dev.ramtide.deploy.bench;

import dev.ramtide.qemustream.RamFlags;
import dev.ramtide.qemustream.RamSection;
import dev.ramtide.qemustream.SectionHeader;
import dev.ramtide.qemustream.SectionType;
import dev.ramtide.qemustream.StreamOutput;
import dev.ramtide.qemustream.StreamPreamble;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;

/**
 * A guest that is nothing but its migration stream, so that no QEMU is the bound: one block of RAM,
 * each page with bytes or zero, and a device state of a few bytes.
 *
 * <p>Every page has a place of its own in what it says, and another content in each round, so none
 * equals another and none is known. Page bytes come from a pool that is made once; making a page is
 * one copy and a stamp.
 *
 * <p>One owner thread.
 */
final class SyntheticGuest {
  static final int PAGE_BYTES = 4096;

  private static final int SECTION_ID = 2;
  private static final int DEVICE_ID = 3;
  private static final int POOL_PAGES = 4096;
  private static final int BUFFER_BYTES = 1 << 20;
  private static final int LONGEST_RECORD = 8 + 1 + 255 + PAGE_BYTES;
  private static final String BLOCK = "pc.ram";

  private final long pageCount;
  private final Content content;
  private final byte[] pool = new byte[POOL_PAGES * PAGE_BYTES];
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);

  /**
   * What pages hold.
   *
   * @param onePageIn so many has bytes, the others are zero; 1: all have
   * @param runPages how many pages with bytes are neighbours, and begin at a multiple of it
   * @param randomBytes of each page with bytes, which nothing can compress; what is behind them is
   *     one byte repeated
   */
  record Content(int onePageIn, int runPages, int randomBytes) {
    static final Content INCOMPRESSIBLE = new Content(1, 1, PAGE_BYTES);
    static final Content HALF_COMPRESSIBLE = new Content(1, 1, PAGE_BYTES / 2);

    /** As a guest that has used little of its memory: runs of 4 MiB. */
    static final Content SPARSE = new Content(100, 1024, PAGE_BYTES);

    /** As many pages, but alone: there is no long piece of memory without one. */
    static final Content SCATTERED = new Content(100, 1, PAGE_BYTES);

    boolean hasBytes(long page) {
      return page / runPages % onePageIn == 0;
    }
  }

  SyntheticGuest(long memoryBytes, Content content) {
    this.pageCount = memoryBytes / PAGE_BYTES;
    this.content = content;
    SplittableRandom random = new SplittableRandom(1);
    for (int page = 0; page < POOL_PAGES; page++) {
      byte[] bytes = new byte[content.randomBytes()];
      random.nextBytes(bytes);
      System.arraycopy(bytes, 0, pool, page * PAGE_BYTES, bytes.length);
    }
  }

  long pageCount() {
    return pageCount;
  }

  /** Bytes of the pages that have some. */
  long dataBytes() {
    long period = (long) content.onePageIn() * content.runPages();
    long last = Math.min(pageCount % period, content.runPages());
    return (pageCount / period * content.runPages() + last) * PAGE_BYTES;
  }

  /**
   * Sends the whole guest once.
   *
   * @param round makes all its pages with bytes other ones than those of any other round
   */
  void writeTo(WritableByteChannel stream, long round) throws IOException {
    buffer.clear();
    put(stream, head());
    put(stream, new StreamOutput().u8(SectionType.END).be32(SECTION_ID));
    for (long page = 0; page < pageCount; page++) {
      if (buffer.remaining() < LONGEST_RECORD) {
        flush(stream);
      }
      putPage(page, round);
    }
    put(stream, tail());
    flush(stream);
  }

  private void putPage(long page, long round) {
    boolean hasBytes = content.hasBytes(page);
    int kind = hasBytes ? RamFlags.PAGE : RamFlags.ZERO;
    buffer.putLong(page * PAGE_BYTES | kind | (page == 0 ? 0 : RamFlags.CONTINUE));
    if (page == 0) {
      buffer.put(new StreamOutput().str8(BLOCK).toBuffer());
    }
    if (hasBytes) {
      int at = buffer.position();
      buffer.put(pool, (int) ((page + round) % POOL_PAGES) * PAGE_BYTES, PAGE_BYTES);
      buffer.putLong(at, page).putLong(at + Long.BYTES, round + 1);
    } else {
      buffer.put((byte) 0);
    }
  }

  private StreamOutput head() {
    StreamOutput out = new StreamOutput();
    out.raw(new StreamPreamble("pc-q35-10.0", List.of()).bytes()).u8(SectionType.START);
    new SectionHeader(SECTION_ID, RamSection.IDSTR, 0, RamSection.VERSION).write(out);
    out.be64(pageCount * PAGE_BYTES | RamFlags.MEM_SIZE);
    out.str8(BLOCK).be64(pageCount * PAGE_BYTES);
    RamSection.writeBodyEnd(out, SECTION_ID);
    return out;
  }

  /** The end of RAM, a device, and the description that ends a device state. */
  private static StreamOutput tail() {
    StreamOutput out = new StreamOutput();
    RamSection.writeBodyEnd(out, SECTION_ID);
    out.u8(SectionType.FULL);
    new SectionHeader(DEVICE_ID, "timer", 0, 2).write(out);
    out.be64(0);
    SectionHeader.writeFooter(out, DEVICE_ID);
    byte[] description = "{\"page_size\": 4096, \"devices\": []}".getBytes(StandardCharsets.UTF_8);
    return out.u8(SectionType.EOF)
        .u8(SectionType.VMDESCRIPTION)
        .be32(description.length)
        .raw(description);
  }

  private void put(WritableByteChannel stream, StreamOutput bytes) throws IOException {
    if (buffer.remaining() < bytes.size()) {
      flush(stream);
    }
    buffer.put(bytes.toBuffer());
  }

  private void flush(WritableByteChannel stream) throws IOException {
    buffer.flip();
    while (buffer.hasRemaining()) {
      stream.write(buffer);
    }
    buffer.clear();
  }
}
