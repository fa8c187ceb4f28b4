package dev.ramtide.deploy.capture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ramtide.deploy.demo.GuestProgram;
import dev.ramtide.producer.stream.GuestStateHandler;
import dev.ramtide.producer.stream.MachineDescription;
import dev.ramtide.producer.stream.MachineDescription.Coverage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Keeps a captured guest in memory: pages that are not zero, of its main RAM. */
class CapturedGuest implements GuestStateHandler {
  private static final int PAGE_BYTES = 4096;

  /** No memory for a guest's processor: the old video memory, and the firmware's shadow. */
  private static final long HOLE = 0xA0000;

  private static final long HOLE_END = 0x100000;

  private final Map<Long, byte[]> pages = new HashMap<>();
  private String machineType = "";
  private int mainBlock = -1;
  private long deviceStateBytes;

  @Override
  public Coverage machine(MachineDescription machine) {
    machineType = machine.machineType();
    mainBlock =
        Math.max(machine.memory().indexOf("pc.ram"), machine.memory().indexOf("microvm.ram"));
    return Coverage.WHOLE; // It has nothing to which changes could be added.
  }

  @Override
  public void page(int block, long pageIndex, byte[] buffer, int at) throws IOException {
    if (block == mainBlock) {
      pages.put(pageIndex, Arrays.copyOfRange(buffer, at, at + PAGE_BYTES));
    }
  }

  @Override
  public void zeroPages(int block, long firstPage, long pageCount) {
    for (long page = firstPage; block == mainBlock && page < firstPage + pageCount; page++) {
      pages.remove(page);
    }
  }

  @Override
  public void deviceState(ByteBuffer bytes) {
    deviceStateBytes += bytes.remaining();
  }

  String machineType() {
    return machineType;
  }

  long deviceStateBytes() {
    return deviceStateBytes;
  }

  int dword(long address) {
    byte[] page = pages.getOrDefault(address / PAGE_BYTES, new byte[PAGE_BYTES]);
    return ByteBuffer.wrap(page)
        .order(ByteOrder.LITTLE_ENDIAN)
        .getInt((int) (address % PAGE_BYTES));
  }

  /** The same bytes as QEMU's own copy of physical memory from address 0. */
  void assertEqualTo(Path physicalMemory) throws IOException {
    byte[] expected = Files.readAllBytes(physicalMemory);
    for (long at = 0; at < expected.length; at += PAGE_BYTES) {
      if (at < HOLE || at >= HOLE_END) {
        byte[] page = pages.getOrDefault(at / PAGE_BYTES, new byte[PAGE_BYTES]);
        assertThat(Arrays.equals(page, 0, PAGE_BYTES, expected, (int) at, (int) at + PAGE_BYTES))
            .as("page at %x", at)
            .isTrue();
      }
    }
  }

  /**
   * All hot pages are of one instant: those where the running pass has been are one ahead, and they
   * come first.
   */
  void assertOneInstantOf(GuestProgram program) {
    assertThat(dword(GuestProgram.MARKER_ADDRESS)).isEqualTo(GuestProgram.MARKER);
    assertThat(dword(GuestProgram.ERROR_ADDRESS)).isZero();
    int passes = dword(GuestProgram.PASS_ADDRESS);
    boolean behind = false;
    for (int page = 0; page < program.hotPages(); page++) {
      int count = dword(program.hotBase() + (long) page * PAGE_BYTES);
      assertThat(count)
          .as("hot page %d in pass %d", page, passes)
          .isIn(passes, behind ? passes : passes + 1);
      behind |= count == passes;
    }
  }
}
