package dev.ramtide.guest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class StripingTest {
  private static final GuestMemoryMap MEMORY =
      new GuestMemoryMap(
          4096,
          List.of(
              new RamBlock("pc.ram", 37 * 4096L),
              new RamBlock("pc.bios", 4096L),
              new RamBlock("vga", 16 * 4096L)));

  @ParameterizedTest
  @CsvSource({"1,1", "4,1", "4,3", "8,8", "64,2", "5,40"})
  void everyPageHasASlotOfItsOwnInsideItsPartitionsTable(int stripePages, int partitionCount) {
    Striping striping = new Striping(MEMORY, stripePages, partitionCount);
    Set<List<Long>> places = new HashSet<>();
    for (int block = 0; block < MEMORY.blockCount(); block++) {
      for (long page = 0; page < MEMORY.pageCount(block); page++) {
        int partition = striping.partitionOf(block, page);
        long slot = striping.slotOf(block, page);
        assertThat(partition).isBetween(0, partitionCount - 1);
        assertThat(slot).isBetween(0L, striping.slotCount(partition) - 1);
        places.add(List.of((long) partition, slot));
      }
    }
    assertThat(places).hasSize((int) MEMORY.pageCount());
  }

  @ParameterizedTest
  @CsvSource({"4,3", "8,2"})
  void aStripeLiesInOnePartitionWithNeighbouringSlots(int stripePages, int partitionCount) {
    Striping striping = new Striping(MEMORY, stripePages, partitionCount);
    for (long page = 1; page < MEMORY.pageCount(0); page++) {
      if (striping.stripeOf(0, page) == striping.stripeOf(0, page - 1)) {
        assertThat(striping.partitionOf(0, page)).isEqualTo(striping.partitionOf(0, page - 1));
        assertThat(striping.slotOf(0, page)).isEqualTo(striping.slotOf(0, page - 1) + 1);
      }
    }
  }
}
