package dev.ramtide.producer.capture;

import dev.ramtide.checkpoint.DeviceStateSummary;
import dev.ramtide.mappedram.MappedRamIndex;
import dev.ramtide.mappedram.PageBitmap;
import dev.ramtide.mappedram.PositionalBytes;
import dev.ramtide.producer.stream.GuestStateHandler;
import dev.ramtide.producer.stream.MachineDescription;
import dev.ramtide.producer.stream.MachineDescription.Coverage;
import dev.ramtide.qemustream.DeviceStateEnding;
import dev.ramtide.qemustream.MalformedStreamException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Hands on what is in a mapped-ram file: by block, pages whose bit is set as they stand, the others
 * as zero. Everything that can be checked is checked before the first call to the handler. One
 * owner thread, one reading.
 */
final class MappedRamFileReader {
  private static final int READ_BYTES = 1 << 20;

  private final PositionalBytes file;
  private final byte[] pages = new byte[READ_BYTES];

  MappedRamFileReader(PositionalBytes file) {
    this.file = file;
  }

  /** As {@link #readInto}, up to the first call to the handler. */
  void check() throws IOException {
    MappedRamIndex index = MappedRamIndex.read(file);
    deviceState(index);
    bitmaps(index);
  }

  /**
   * @throws MalformedStreamException the file is not a whole guest, or not one that we can carry
   */
  void readInto(GuestStateHandler handler) throws IOException {
    MappedRamIndex index = MappedRamIndex.read(file);
    ByteBuffer deviceState = deviceState(index);
    List<PageBitmap> bitmaps = bitmaps(index);
    handler.machine(
        new MachineDescription(
            index.preamble().withCapabilities(List.of()).bytes(),
            index.preamble().machineType(),
            index.memory(),
            Coverage.WHOLE));
    for (int block = 0; block < bitmaps.size(); block++) {
      readBlock(index, block, bitmaps.get(block), handler);
    }
    handler.deviceState(deviceState);
  }

  private ByteBuffer deviceState(MappedRamIndex index) throws IOException {
    if (!index.ramEndPresent()) {
      throw new MalformedStreamException(
          index.deviceStateFileOffset(),
          "the file's RAM has no end: an interrupted save, or background-snapshot straight to a file, which QEMU"
              + " reports as completed and which holds no memory");
    }
    long bytes = index.deviceStateBytes();
    if (bytes > DeviceStateSummary.MAX_BYTES) {
      throw new MalformedStreamException(
          index.deviceStateFileOffset(),
          "a device state of "
              + bytes
              + " bytes: at most "
              + DeviceStateSummary.MAX_BYTES
              + " are supported");
    }
    ByteBuffer deviceState = ByteBuffer.allocate((int) bytes);
    file.readFully(index.deviceStateFileOffset(), deviceState);
    deviceState.flip();
    DeviceStateEnding.DESCRIBED.check(
        deviceState, index.memory().pageBytes(), index.deviceStateFileOffset());
    return deviceState.asReadOnlyBuffer();
  }

  private List<PageBitmap> bitmaps(MappedRamIndex index) throws IOException {
    // First of all: holes make a file of any size, and the bitmaps follow it.
    MemoryNeed.require(index.memory(), ReadingMemory.NONE);
    List<PageBitmap> bitmaps = new ArrayList<>();
    for (int block = 0; block < index.memory().blockCount(); block++) {
      bitmaps.add(index.bitmap(file, block));
    }
    if (bitmaps.stream().allMatch(bitmap -> bitmap.count() == 0)) {
      throw new MalformedStreamException(
          index.places().get(0).bitmapFileOffset(),
          "every bitmap of the file is empty: an interrupted save, or background-snapshot straight to a file, which"
              + " QEMU reports as completed and which holds no memory");
    }
    return bitmaps;
  }

  private void readBlock(
      MappedRamIndex index, int block, PageBitmap bitmap, GuestStateHandler handler)
      throws IOException {
    long end = bitmap.pageCount();
    for (long page = 0; page < end; ) {
      long firstSet = bitmap.nextSet(page);
      if (firstSet > page) {
        handler.zeroPages(block, page, firstSet - page);
      }
      page = bitmap.nextClear(firstSet);
      readRun(index, block, firstSet, page, handler);
    }
  }

  private void readRun(
      MappedRamIndex index, int block, long firstPage, long endPage, GuestStateHandler handler)
      throws IOException {
    int pageBytes = index.memory().pageBytes();
    for (long page = firstPage; page < endPage; ) {
      int count = (int) Math.min(READ_BYTES / pageBytes, endPage - page);
      file.readFully(
          index.fileOffsetOfPage(block, page), ByteBuffer.wrap(pages, 0, count * pageBytes));
      for (int i = 0; i < count; i++) {
        handler.page(block, page++, pages, i * pageBytes);
      }
    }
  }
}
