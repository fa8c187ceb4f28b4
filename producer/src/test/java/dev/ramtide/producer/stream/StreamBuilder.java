package dev.ramtide.producer.stream;

import dev.ramtide.guest.RamBlock;
import dev.ramtide.qemustream.RamFlags;
import dev.ramtide.qemustream.RamSection;
import dev.ramtide.qemustream.SectionHeader;
import dev.ramtide.qemustream.SectionType;
import dev.ramtide.qemustream.StreamOutput;
import dev.ramtide.qemustream.StreamPreamble;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** Makes migration streams, right and wrong ones, element by element. */
public final class StreamBuilder {
  public static final int PAGE_BYTES = 4096;
  public static final StreamPreamble PREAMBLE = new StreamPreamble("pc-q35-10.0", List.of());

  static final int RAM_ID = 2;
  static final int DEVICE_ID = 7;

  private final StreamOutput out = new StreamOutput();

  /** Preamble, and RAM START with these blocks. */
  public StreamBuilder start(RamBlock... blocks) {
    return preamble(PREAMBLE).ramStart(blocks);
  }

  StreamBuilder preamble(StreamPreamble preamble) {
    out.raw(preamble.bytes());
    return this;
  }

  StreamBuilder ramStart(RamBlock... blocks) {
    return blockList(blocks).eos();
  }

  StreamBuilder blockList(RamBlock... blocks) {
    sectionStart(RAM_ID, RamSection.IDSTR, RamSection.VERSION);
    return word(Arrays.stream(blocks).mapToLong(RamBlock::usedLength).sum() | RamFlags.MEM_SIZE)
        .blocks(blocks);
  }

  StreamBuilder blocks(RamBlock... blocks) {
    for (RamBlock block : blocks) {
      out.str8(block.name()).be64(block.usedLength());
    }
    return this;
  }

  StreamBuilder sectionStart(int sectionId, String idstr, int version) {
    out.u8(SectionType.START);
    new SectionHeader(sectionId, idstr, 0, version).write(out);
    return this;
  }

  public StreamBuilder part() {
    return open(SectionType.PART, RAM_ID);
  }

  public StreamBuilder end() {
    return open(SectionType.END, RAM_ID);
  }

  StreamBuilder open(int type, int sectionId) {
    out.u8(type).be32(sectionId);
    return this;
  }

  /** The end of a RAM body and the footer. */
  public StreamBuilder eos() {
    RamSection.writeBodyEnd(out, RAM_ID);
    return this;
  }

  /** The end of a round of multifd. */
  public StreamBuilder flush() {
    return word(RamFlags.MULTIFD_FLUSH);
  }

  /** The start as a machine of QEMU 8.1 or newer sends it with multifd. */
  public StreamBuilder multifdStart(RamBlock... blocks) {
    return preamble(PREAMBLE).blockList(blocks).flush().eos();
  }

  public StreamBuilder page(String block, long pageIndex, byte[] page) {
    out.be64(pageIndex * PAGE_BYTES | RamFlags.PAGE).str8(block).raw(page);
    return this;
  }

  public StreamBuilder page(long pageIndex, byte[] page) {
    out.be64(pageIndex * PAGE_BYTES | RamFlags.PAGE | RamFlags.CONTINUE).raw(page);
    return this;
  }

  public StreamBuilder zero(String block, long pageIndex) {
    out.be64(pageIndex * PAGE_BYTES | RamFlags.ZERO).str8(block).u8(0);
    return this;
  }

  public StreamBuilder zero(long pageIndex) {
    out.be64(pageIndex * PAGE_BYTES | RamFlags.ZERO | RamFlags.CONTINUE).u8(0);
    return this;
  }

  StreamBuilder word(long word) {
    out.be64(word);
    return this;
  }

  StreamBuilder command(int command, byte... payload) {
    out.u8(SectionType.COMMAND).be16(command).be16(payload.length).raw(payload);
    return this;
  }

  StreamBuilder device(String idstr) {
    out.u8(SectionType.FULL);
    new SectionHeader(DEVICE_ID, idstr, 0, 1).write(out);
    out.raw(new byte[33]);
    SectionHeader.writeFooter(out, DEVICE_ID);
    return this;
  }

  /** A device section, the end, and the description. */
  public StreamBuilder deviceState() {
    return device("cpu").description("{\"page_size\": 4096, \"devices\": []}");
  }

  StreamBuilder description(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.u8(SectionType.EOF).u8(SectionType.VMDESCRIPTION).be32(bytes.length).raw(bytes);
    return this;
  }

  public StreamBuilder raw(int... bytes) {
    for (int value : bytes) {
      out.u8(value);
    }
    return this;
  }

  public int size() {
    return out.size();
  }

  public ByteBuffer bytes() {
    return out.toBuffer();
  }

  /** A page that differs from others with another seed. */
  public static byte[] filled(int seed) {
    byte[] page = new byte[PAGE_BYTES];
    for (int i = 0; i < page.length; i++) {
      page[i] = (byte) (seed * 31 + i * 7 + 1);
    }
    return page;
  }
}
