package dev.ramtide.producer.stream;

import dev.ramtide.guest.GuestMemoryMap;
import dev.ramtide.producer.stream.MachineDescription.Coverage;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Holds a source to what {@link GuestStateHandler} says of its calls; keeps no page. */
public final class StrictGuest implements GuestStateHandler {
  private Optional<GuestMemoryMap> memory = Optional.empty();

  @Override
  public synchronized Coverage machine(MachineDescription machine) {
    require(memory.isEmpty(), "a second machine");
    memory = Optional.of(machine.memory());
    return machine.coverage();
  }

  @Override
  public synchronized void page(int block, long pageIndex, byte[] buffer, int at) {
    requireInside(block, pageIndex, 1);
    int pageBytes = memory.orElseThrow().pageBytes();
    require(at >= 0 && at <= buffer.length - pageBytes, "a page at " + at + " of its buffer");
  }

  @Override
  public synchronized void zeroPages(int block, long firstPage, long pageCount) {
    requireInside(block, firstPage, pageCount);
  }

  @Override
  public synchronized void deviceState(ByteBuffer bytes) {
    require(memory.isPresent(), "a device state without a machine");
  }

  private void requireInside(int block, long firstPage, long pageCount) {
    require(memory.isPresent(), "a page before its machine");
    require(block >= 0 && block < memory.get().blockCount(), "a page of block " + block);
    long end = memory.get().pageCount(block);
    require(
        firstPage >= 0 && pageCount > 0 && firstPage <= end - pageCount,
        "pages " + firstPage + "+" + pageCount + " of " + end);
  }

  private static void require(boolean kept, String otherwise) {
    if (!kept) {
      throw new AssertionError(otherwise);
    }
  }
}
