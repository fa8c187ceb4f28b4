package dev.ramtide.qemustream;

import dev.ramtide.guest.GuestMemoryMap;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The header of a packet on a multifd channel: which pages of one block follow, or are zero.
 *
 * <pre>
 *     0  be32 0x11223344 | be32 version 1 | be32 flags: 1 SYNC, 2..20 compression, 40 DEVICE_STATE
 *    12  be32 pages allocated | be32 normal pages | be32 payload bytes | be64 number
 *    32  be32 zero pages | 28 reserved
 *    64  256 name of the block, filled up with zeros
 *   320  be64 offset of each page in its block: the normal ones, the zero ones; as many as fit
 *        into 512 KiB, whatever the counts say
 *        the normal pages, if there are any
 * </pre>
 *
 * <p>A SYNC says that the sender's round over memory is over on this channel; up to QEMU 8.2 such a
 * packet has pages too, which belong to the round that it ends. QEMU 7.2 leaves an old payload size
 * in packets without pages.
 */
public final class MultifdPacket {
  /** Pages of a packet, uncompressed. */
  public static final int MAX_PAGE_BYTES = 512 * 1024;

  /** What QEMU's own buffer for the compressed pages of a packet holds. */
  public static final int MAX_PAYLOAD_BYTES = 2 * MAX_PAGE_BYTES;

  private static final int SYNC = 0x01;
  private static final int DEVICE_STATE = 0x40;
  private static final int RESERVED_BYTES = 28;
  private static final int NAME_BYTES = 256;

  private final boolean sync;
  private final MultifdCompression compression;
  private final int block;
  private final int normalPages;
  private final int zeroPages;
  private final int payloadBytes;
  private final long[] pages;

  private MultifdPacket(int flags, long flagsAt, Counts counts, int block, long[] pages)
      throws MalformedStreamException {
    this.sync = (flags & SYNC) != 0;
    this.compression = MultifdCompression.ofFlags(flags, flagsAt);
    this.normalPages = counts.normal;
    this.zeroPages = counts.zero;
    this.payloadBytes = counts.payloadBytes;
    this.block = block;
    this.pages = pages;
  }

  private record Counts(int normal, int zero, int payloadBytes) {}

  /**
   * Reads the header; the payload comes next.
   *
   * @throws MalformedStreamException not a packet, a page outside of the guest, more than a packet
   *     holds, or something that is not carried
   */
  public static MultifdPacket read(StreamInput in, GuestMemoryMap memory) throws IOException {
    MultifdHello.readVersion(in);
    long flagsAt = in.streamOffset();
    int flags = (int) in.be32();
    if ((flags & DEVICE_STATE) != 0) {
      throw new MalformedStreamException(
          flagsAt, "device state in a multifd packet is not supported: remove the VFIO device");
    }
    if ((flags & ~(SYNC | MultifdCompression.MASK)) != 0) {
      throw new MalformedStreamException(
          flagsAt, "multifd packet with unknown flags 0x" + Integer.toHexString(flags));
    }
    Counts counts = readCounts(in, memory.pageBytes());
    byte[] name = new byte[NAME_BYTES];
    long nameAt = in.streamOffset();
    in.readFully(name);
    int held = counts.normal + counts.zero;
    int block = held == 0 ? -1 : blockOf(name, nameAt, memory);
    long[] pages = readOffsets(in, held, block, memory);
    MultifdPacket packet = new MultifdPacket(flags, flagsAt, counts, block, pages);
    packet.checkPayload(memory.pageBytes(), flagsAt);
    return packet;
  }

  private static Counts readCounts(StreamInput in, int pageBytes) throws IOException {
    long at = in.streamOffset();
    in.be32(); // Pages allocated: 0 in a SYNC since QEMU 9.0.
    long normal = in.be32();
    long payloadBytes = in.be32();
    in.be64(); // A number that counts over all channels, in no order on one of them.
    long zero = in.be32();
    in.readFully(new byte[RESERVED_BYTES]);
    if (normal + zero > MAX_PAGE_BYTES / pageBytes) {
      throw new MalformedStreamException(
          at,
          "multifd packet of "
              + normal
              + " pages and "
              + zero
              + " zero pages: it holds "
              + MAX_PAGE_BYTES / pageBytes);
    }
    if (normal > 0 && payloadBytes > MAX_PAYLOAD_BYTES) {
      throw new MalformedStreamException(
          at, "multifd packet of " + payloadBytes + " bytes: it has at most " + MAX_PAYLOAD_BYTES);
    }
    return new Counts((int) normal, (int) zero, normal == 0 ? 0 : (int) payloadBytes);
  }

  private static int blockOf(byte[] name, long at, GuestMemoryMap memory)
      throws MalformedStreamException {
    int length = 0;
    while (length < name.length && name[length] != 0) {
      length++;
    }
    String text = new String(name, 0, length, StandardCharsets.UTF_8);
    int block = memory.indexOf(text);
    if (block < 0) {
      throw new MalformedStreamException(
          at, "pages of RAMBlock '" + text + "', which the stream did not announce");
    }
    return block;
  }

  /** Reads all offsets that a packet has room for, and returns the pages of those that count. */
  private static long[] readOffsets(StreamInput in, int held, int block, GuestMemoryMap memory)
      throws IOException {
    int pageBytes = memory.pageBytes();
    long at = in.streamOffset();
    byte[] bytes = new byte[MAX_PAGE_BYTES / pageBytes * Long.BYTES];
    in.readFully(bytes);
    ByteBuffer offsets = ByteBuffer.wrap(bytes);
    long[] pages = new long[held];
    for (int i = 0; i < held; i++) {
      long offset = offsets.getLong();
      if (offset % pageBytes != 0 || offset < 0 || offset >= memory.block(block).usedLength()) {
        throw new MalformedStreamException(
            at + (long) i * Long.BYTES,
            "page at 0x" + Long.toHexString(offset) + " is none of " + memory.block(block));
      }
      pages[i] = offset / pageBytes;
    }
    return pages;
  }

  private void checkPayload(int pageBytes, long at) throws MalformedStreamException {
    int pagesBytes = normalPages * pageBytes;
    if (compression == MultifdCompression.NONE && payloadBytes != pagesBytes) {
      throw new MalformedStreamException(
          at, "multifd packet of " + payloadBytes + " bytes for " + normalPages + " pages");
    }
  }

  public boolean isSync() {
    return sync;
  }

  public MultifdCompression compression() {
    return compression;
  }

  /** Index into the memory map; only of a packet with pages. */
  public int block() {
    return block;
  }

  /** Pages whose bytes are the payload, in this order: {@link #page} 0 and following. */
  public int normalPages() {
    return normalPages;
  }

  /** Pages that are all zero: {@link #page} behind the normal ones. */
  public int zeroPages() {
    return zeroPages;
  }

  /** Index of a page in its block, which has it. */
  public long page(int index) {
    return pages[index];
  }

  /** Bytes that follow the header, at most {@link #MAX_PAYLOAD_BYTES}; 0 without normal pages. */
  public int payloadBytes() {
    return payloadBytes;
  }
}
