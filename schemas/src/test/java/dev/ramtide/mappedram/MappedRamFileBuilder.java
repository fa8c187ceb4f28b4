package dev.ramtide.mappedram;

import dev.ramtide.qemustream.ConfigurationSubsection.TargetPageBits;
import dev.ramtide.qemustream.RamFlags;
import dev.ramtide.qemustream.RamSection;
import dev.ramtide.qemustream.SectionHeader;
import dev.ramtide.qemustream.SectionType;
import dev.ramtide.qemustream.StreamCommand;
import dev.ramtide.qemustream.StreamOutput;
import dev.ramtide.qemustream.StreamPreamble;
import java.io.EOFException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;

/**
 * Makes mapped-ram files as other writers make them: other alignment, PART sections, commands,
 * mistakes.
 */
public final class MappedRamFileBuilder {
  static final int SECTION_ID = 2;

  private final StreamOutput out = new StreamOutput();
  private UnaryOperator<MappedRamHeader> change = header -> header;
  private long headerVersion = 1;
  private int pageBytes = StreamPreamble.DEFAULT_PAGE_BYTES;

  /** Whole guests of a few pages of the smallest size, as bytes. */
  public static List<byte[]> smallFiles() {
    StreamPreamble preamble =
        new StreamPreamble("virt-10.0", List.of(new TargetPageBits(10)))
            .withCapabilities(List.of("mapped-ram"));
    MappedRamFileBuilder two =
        new MappedRamFileBuilder()
            .start(preamble, 4096)
            .block("m", 3, 1024, 0, 2)
            .block("rom", 1, 2048)
            .bodyEnd()
            .section(SectionType.PART)
            .command(StreamCommand.SWITCHOVER_START)
            .section(SectionType.END)
            .device("cpu");
    return List.of(two.described("{\"page_size\": 1024}"));
  }

  /** The whole file, with QEMU's description of the device state at its end. */
  private byte[] described(String description) {
    byte[] text = description.getBytes(StandardCharsets.UTF_8);
    raw(SectionType.EOF, SectionType.VMDESCRIPTION, 0, 0, 0, text.length);
    out.raw(text);
    return out.toBuffer().array();
  }

  /**
   * A guest of one block with pages of 4096 bytes, every fourth of them zero, the others filled
   * with {@link #patternedByte}.
   */
  public static byte[] patterned(int pageCount) {
    StreamPreamble preamble =
        new StreamPreamble("microvm", List.of()).withCapabilities(List.of("mapped-ram"));
    long bytes = (long) pageCount * StreamPreamble.DEFAULT_PAGE_BYTES;
    MappedRamFileBuilder file =
        new MappedRamFileBuilder()
            .start(preamble, bytes)
            .block(
                "microvm.ram",
                pageCount,
                1 << 20,
                LongStream.range(0, pageCount).filter(page -> page % 4 != 3).toArray())
            .bodyEnd()
            .section(SectionType.END)
            .device("cpu");
    return file.described("{\"page_size\": 4096}");
  }

  /** What fills a page of {@link #patterned}. */
  public static byte patternedByte(int pageIndex) {
    return (byte) (pageIndex % 4 == 3 ? 0 : pageIndex + 1);
  }

  /** Preamble and the start of RAM. */
  MappedRamFileBuilder start(StreamPreamble preamble, long totalBytes) {
    out.raw(preamble.bytes());
    pageBytes = preamble.pageBytes();
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
    out.str8(name).be64((long) pageCount * pageBytes);
    long bitmap = out.size() + MappedRamHeader.BYTES;
    long pages =
        (bitmap + PageBitmap.bytesFor(pageCount) + alignmentBytes - 1)
            / alignmentBytes
            * alignmentBytes;
    MappedRamHeader header = change.apply(new MappedRamHeader(pageBytes, bitmap, pages));
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
      byte[] bytes = new byte[pageBytes];
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

  public static PositionalBytes of(ByteBuffer file) {
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
