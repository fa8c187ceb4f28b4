package dev.ramtide.mappedram;

import dev.ramtide.guest.GuestMemoryMap;
import dev.ramtide.guest.RamBlock;
import dev.ramtide.qemustream.Capability;
import dev.ramtide.qemustream.MalformedStreamException;
import dev.ramtide.qemustream.RamSection;
import dev.ramtide.qemustream.SectionHeader;
import dev.ramtide.qemustream.SectionType;
import dev.ramtide.qemustream.StreamCommand;
import dev.ramtide.qemustream.StreamPreamble;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** One reading of a file's headers: any legal file, with any alignment of pages that QEMU takes. */
final class MappedRamIndexReader {
  private final PositionalInput in;
  private final long fileBytes;
  private final List<RamBlock> blocks = new ArrayList<>();
  private final List<BlockPlace> places = new ArrayList<>();

  MappedRamIndexReader(PositionalBytes file) throws IOException {
    this.in = new PositionalInput(file);
    this.fileBytes = file.size();
  }

  MappedRamIndex read() throws IOException {
    StreamPreamble preamble = StreamPreamble.read(in);
    checkCapabilities(preamble);
    skipCommands();
    long sectionId = readRamStart();
    readBlocks(preamble.pageBytes());
    GuestMemoryMap memory = memory(preamble.pageBytes());
    RamSection.readEmptyBody(in, sectionId);
    boolean ramEndPresent = skipToDeviceState(sectionId);
    return new MappedRamIndex(
        preamble, memory, places, ramEndPresent, in.streamOffset(), fileBytes);
  }

  private static void checkCapabilities(StreamPreamble preamble) throws MalformedStreamException {
    if (!preamble.capabilities().contains(Capability.MAPPED_RAM)) {
      throw new MalformedStreamException(
          0,
          "a plain migration stream, not a mapped-ram file: save it with the capability mapped-ram");
    }
    if (preamble.capabilities().size() > 1) {
      throw new MalformedStreamException(
          0,
          "saved with the capabilities "
              + preamble.capabilities()
              + ": turn all but mapped-ram off");
    }
    if (preamble.machineType().startsWith("s390")) {
      throw new MalformedStreamException(
          0, "machine " + preamble.machineType() + ": big-endian hosts are not supported");
    }
  }

  private void skipCommands() throws IOException {
    while (in.peek() == SectionType.COMMAND) {
      long at = in.streamOffset();
      in.u8();
      int command = in.be16();
      int length = in.be16();
      boolean harmless =
          command == StreamCommand.SWITCHOVER_START || command == StreamCommand.OPEN_RETURN_PATH;
      if (!harmless || length != 0) {
        throw new MalformedStreamException(
            at,
            "command " + command + " with " + length + " bytes is not known in a mapped-ram file");
      }
    }
  }

  private long readRamStart() throws IOException {
    long at = in.streamOffset();
    int type = in.u8();
    if (type != SectionType.START) {
      throw new MalformedStreamException(
          at, "element 0x" + Integer.toHexString(type) + " where RAM must start");
    }
    SectionHeader header = SectionHeader.read(in);
    if (!RamSection.isRam(header, at)) {
      throw new MalformedStreamException(
          at, "section '" + header.idstr() + "' before RAM is not supported");
    }
    return header.sectionId();
  }

  private void readBlocks(int pageBytes) throws IOException {
    long remainingBytes = RamSection.readMemSize(in, pageBytes);
    while (remainingBytes > 0) {
      RamBlock block = RamSection.readBlock(in, pageBytes, remainingBytes);
      long at = in.streamOffset();
      MappedRamHeader header = MappedRamHeader.read(in);
      checkHeader(block, header, pageBytes, at);
      blocks.add(block);
      places.add(new BlockPlace(header.bitmapFileOffset(), header.pagesFileOffset()));
      RamSection.checkBlockCount(blocks.size(), at);
      remainingBytes -= block.usedLength();
      in.seek(header.pagesFileOffset() + block.usedLength());
    }
  }

  /**
   * Bounds what the header claims by the file itself, so that a bitmap is never larger than the
   * file it is read from.
   */
  private void checkHeader(RamBlock block, MappedRamHeader header, int pageBytes, long at)
      throws MalformedStreamException {
    if (header.pageBytes() != pageBytes) {
      throw new MalformedStreamException(
          at,
          "RAMBlock "
              + block.name()
              + " has pages of "
              + header.pageBytes()
              + " bytes, the machine "
              + pageBytes);
    }
    long pageCount = block.usedLength() / pageBytes;
    long lastBitmapStart = header.pagesFileOffset() - PageBitmap.bytesFor(pageCount);
    boolean inOrder =
        header.bitmapFileOffset() >= at + MappedRamHeader.BYTES
            && header.bitmapFileOffset() <= lastBitmapStart;
    if (!inOrder || header.pagesFileOffset() % pageBytes != 0 || pageCount > PageBitmap.MAX_PAGES) {
      throw new MalformedStreamException(
          at,
          "RAMBlock "
              + block.name()
              + ": bitmap at "
              + header.bitmapFileOffset()
              + " and pages at "
              + header.pagesFileOffset()
              + " cannot be");
    }
    if (block.usedLength() > fileBytes - header.pagesFileOffset()) {
      throw MalformedStreamException.truncated(fileBytes);
    }
  }

  private GuestMemoryMap memory(int pageBytes) throws MalformedStreamException {
    try {
      return new GuestMemoryMap(pageBytes, blocks);
    } catch (IllegalArgumentException refused) {
      throw new MalformedStreamException(in.streamOffset(), String.valueOf(refused.getMessage()));
    }
  }

  /**
   * Returns whether the RAM section's END was there; the input then stands at the device state or
   * the end.
   */
  private boolean skipToDeviceState(long sectionId) throws IOException {
    boolean ended = false;
    for (; ; ) {
      long at = in.streamOffset();
      switch (in.peek()) {
        case -1, SectionType.EOF -> {
          return ended;
        }
        case SectionType.FULL -> {
          refuseEarlyDevice(at);
          return ended;
        }
        case SectionType.COMMAND -> skipCommands();
        case SectionType.PART -> skipEmptySection(sectionId);
        case SectionType.END -> {
          skipEmptySection(sectionId);
          ended = true;
        }
        default ->
            throw new MalformedStreamException(
                at,
                "element 0x"
                    + Integer.toHexString(in.peek())
                    + " is not supported in a mapped-ram file");
      }
    }
  }

  /** A virtio-mem device comes before the end of RAM, and what it says cannot be carried. */
  private void refuseEarlyDevice(long at) throws IOException {
    in.u8();
    String idstr = SectionHeader.read(in).idstr();
    if (idstr.endsWith(SectionHeader.EARLY_DEVICE_SUFFIX)) {
      throw new MalformedStreamException(
          at, "section '" + idstr + "' is not supported: remove the virtio-mem device");
    }
    in.seek(at);
  }

  private void skipEmptySection(long sectionId) throws IOException {
    long at = in.streamOffset();
    in.u8();
    long found = in.be32();
    if (found != sectionId) {
      throw new MalformedStreamException(
          at, "part of section " + found + ", but only section " + sectionId + " started");
    }
    RamSection.readEmptyBody(in, sectionId);
  }
}
