package dev.ramtide.mappedram;

import dev.ramtide.guest.RamBlock;
import dev.ramtide.qemustream.RamFlags;
import dev.ramtide.qemustream.RamSection;
import dev.ramtide.qemustream.SectionHeader;
import dev.ramtide.qemustream.SectionType;
import dev.ramtide.qemustream.StreamOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * A mapped-ram file as the ordinary migration stream that any QEMU reads, also one that knows no
 * mapped-ram.
 *
 * <pre>
 *   preamble without capabilities
 *   01 | header of ram | be64 total|MEM_SIZE | { str8 name | be64 usedLength }* | be64 EOS | footer
 *   03 | be32 id | { page record }* | be64 EOS | footer
 *   device state, as it stands in the file
 * </pre>
 *
 * Every page of every block is told, zero pages too: unlike the loader of mapped-ram, that of a
 * stream then makes right what stood at the destination before, in flash, in a ROM, in a shared
 * file.
 *
 * <p>One owner thread.
 */
public final class PlainStream {
  private static final int SECTION_ID = 1;
  private static final int BUFFER_BYTES = 256 << 10;
  private static final int READ_BYTES = 256 << 10;
  private static final int LONGEST_RECORD_HEAD = 8 + 1 + 255;

  private final PositionalBytes file;
  private final MappedRamIndex index;
  private final Sink sink;
  // Outside of the heap: else a channel copies all of it once more, out of the one and into the
  // other.
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
  private final ByteBuffer pages = ByteBuffer.allocateDirect(READ_BYTES);
  private long streamBytes;

  /** Takes the stream, piece by piece. */
  @FunctionalInterface
  public interface Sink {
    /** Takes all that remains in the buffer, which is the writer's again when this returns. */
    void write(ByteBuffer bytes) throws IOException;
  }

  /**
   * @param index of that file
   */
  public PlainStream(PositionalBytes file, MappedRamIndex index, Sink sink) {
    this.file = file;
    this.index = index;
    this.sink = sink;
  }

  /**
   * Writes all of it.
   *
   * @return bytes of the stream
   */
  public long write() throws IOException {
    put(head());
    StreamOutput end = new StreamOutput().u8(SectionType.END).be32(SECTION_ID);
    put(end.toBuffer());
    for (int block = 0; block < index.memory().blockCount(); block++) {
      putPages(block);
    }
    StreamOutput footer = new StreamOutput();
    RamSection.writeBodyEnd(footer, SECTION_ID);
    put(footer.toBuffer());
    putDeviceState();
    flush();
    return streamBytes;
  }

  private ByteBuffer head() {
    StreamOutput out = new StreamOutput();
    out.raw(index.preamble().withCapabilities(List.of()).bytes()).u8(SectionType.START);
    new SectionHeader(SECTION_ID, RamSection.IDSTR, 0, RamSection.VERSION).write(out);
    out.be64(index.memory().usedLength() | RamFlags.MEM_SIZE);
    for (RamBlock block : index.memory().blocks()) {
      out.str8(block.name()).be64(block.usedLength());
    }
    RamSection.writeBodyEnd(out, SECTION_ID);
    return out.toBuffer();
  }

  private void putPages(int block) throws IOException {
    int pageBytes = index.memory().pageBytes();
    PageBitmap bitmap = index.bitmap(file, block);
    long page = 0;
    while (page < bitmap.pageCount()) {
      if (bitmap.get(page)) {
        long end = Math.min(bitmap.nextClear(page), page + READ_BYTES / pageBytes);
        read(index.fileOffsetOfPage(block, page), (int) (end - page) * pageBytes);
        for (int at = 0; page < end; page++, at += pageBytes) {
          putRecordHead(block, page, RamFlags.PAGE, pageBytes);
          buffer.put(buffer.position(), pages, at, pageBytes);
          buffer.position(buffer.position() + pageBytes);
        }
      } else {
        putRecordHead(block, page++, RamFlags.ZERO, 1);
        buffer.put((byte) 0);
      }
    }
  }

  /** What stands before a page's bytes, and room for them. */
  private void putRecordHead(int block, long page, int kind, int bytes) throws IOException {
    makeRoom(LONGEST_RECORD_HEAD + bytes);
    boolean first = page == 0;
    buffer.putLong(page * index.memory().pageBytes() | kind | (first ? 0 : RamFlags.CONTINUE));
    if (first) {
      buffer.put(new StreamOutput().str8(index.memory().block(block).name()).toBuffer());
    }
  }

  private void putDeviceState() throws IOException {
    long at = index.deviceStateFileOffset();
    while (at < index.fileBytes()) {
      int count = (int) Math.min(READ_BYTES, index.fileBytes() - at);
      read(at, count);
      put(pages.slice(0, count));
      at += count;
    }
  }

  private void read(long fileOffset, int count) throws IOException {
    file.readFully(fileOffset, pages.clear().limit(count));
  }

  private void put(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      makeRoom(1);
      int count = Math.min(bytes.remaining(), buffer.remaining());
      buffer.put(bytes.slice(bytes.position(), count));
      bytes.position(bytes.position() + count);
    }
  }

  private void makeRoom(int bytes) throws IOException {
    if (buffer.remaining() < bytes) {
      flush();
    }
  }

  private void flush() throws IOException {
    streamBytes += buffer.position();
    sink.write(buffer.flip());
    buffer.clear();
  }
}
