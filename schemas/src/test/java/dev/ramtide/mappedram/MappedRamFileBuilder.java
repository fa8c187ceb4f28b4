package dev.ramtide.mappedram;

import dev.ramtide.qemustream.RamFlags;
import dev.ramtide.qemustream.RamSection;
import dev.ramtide.qemustream.SectionHeader;
import dev.ramtide.qemustream.SectionType;
import dev.ramtide.qemustream.StreamOutput;
import dev.ramtide.qemustream.StreamPreamble;
import java.io.EOFException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Makes mapped-ram files as other writers make them: other alignment, PART sections, commands,
 * mistakes.
 */
final class MappedRamFileBuilder {
  static final int SECTION_ID = 2;

  private final StreamOutput out = new StreamOutput();
  private UnaryOperator<MappedRamHeader> change = header -> header;
  private long headerVersion = 1;

  /** Preamble and the start of RAM. */
  MappedRamFileBuilder start(StreamPreamble preamble, long totalBytes) {
    out.raw(preamble.bytes());
    return ramStart(totalBytes);
  }

  MappedRamFileBuilder start(long totalBytes) {
    return start(
        new StreamPreamble("microvm", List.of()).withCapabilities(List.of("mapped-ram")),
        totalBytes);
  }

  MappedRamFileBuilder preamble() {
    out.raw(
        new StreamPreamble("microvm", List.of()).withCapabilities(List.of("mapped-ram")).bytes());
    return this;
  }

  MappedRamFileBuilder ramStart(long totalBytes) {
    out.u8(SectionType.START);
    new SectionHeader(SECTION_ID, "ram", 0, 4).write(out);
    out.be64(totalBytes | RamFlags.MEM_SIZE);
    return this;
  }

  /** What the headers of the blocks that follow say instead. */
  MappedRamFileBuilder changeHeader(UnaryOperator<MappedRamHeader> change) {
    this.change = change;
    return this;
  }

  MappedRamFileBuilder headerVersion(long version) {
    this.headerVersion = version;
    return this;
  }

  /** A block with its bitmap and pages, each page filled with its index + 1. */
  MappedRamFileBuilder block(String name, int pageCount, long alignmentBytes, long... setPages) {
    out.str8(name).be64(pageCount * 4096L);
    long bitmap = out.size() + MappedRamHeader.BYTES;
    long pages =
        (bitmap + PageBitmap.bytesFor(pageCount) + alignmentBytes - 1)
            / alignmentBytes
            * alignmentBytes;
    MappedRamHeader header = change.apply(new MappedRamHeader(4096, bitmap, pages));
    out.be32(headerVersion)
        .be64(header.pageBytes())
        .be64(header.bitmapFileOffset())
        .be64(header.pagesFileOffset());
    PageBitmap bits = new PageBitmap(pageCount);
    for (long page : setPages) {
      bits.set(page);
    }
    out.raw(bits.toBytes()).raw(new byte[(int) (pages - out.size())]);
    for (int page = 0; page < pageCount; page++) {
      byte[] bytes = new byte[4096];
      Arrays.fill(bytes, (byte) (page + 1));
      out.raw(bytes);
    }
    return this;
  }

  /** The end of a section's body. */
  MappedRamFileBuilder bodyEnd() {
    RamSection.writeBodyEnd(out, SECTION_ID);
    return this;
  }

  MappedRamFileBuilder section(int type) {
    out.u8(type).be32(SECTION_ID);
    return bodyEnd();
  }

  MappedRamFileBuilder command(int command, byte... payload) {
    out.u8(SectionType.COMMAND).be16(command).be16(payload.length).raw(payload);
    return this;
  }

  MappedRamFileBuilder device(String idstr) {
    out.u8(SectionType.FULL);
    new SectionHeader(9, idstr, 0, 1).write(out);
    SectionHeader.writeFooter(out, 9);
    return this;
  }

  MappedRamFileBuilder raw(int... bytes) {
    for (int value : bytes) {
      out.u8(value);
    }
    return this;
  }

  int size() {
    return out.size();
  }

  PositionalBytes file() {
    return file(size());
  }

  /** The file, cut off. */
  PositionalBytes file(int bytes) {
    return of(out.toBuffer().slice(0, bytes));
  }

  static PositionalBytes of(ByteBuffer file) {
    return new PositionalBytes() {
      @Override
      public void readFully(long fileOffset, ByteBuffer into) throws EOFException {
        if (fileOffset < 0 || fileOffset > file.limit() - into.remaining()) {
          throw new EOFException("the file ends before " + fileOffset + "+" + into.remaining());
        }
        into.put(file.slice((int) fileOffset, into.remaining()));
      }

      @Override
      public long size() {
        return file.limit();
      }
    };
  }
}
