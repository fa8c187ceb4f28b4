package dev.ramtide.producer.procfs;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The mappings that a guest's RAM is made of.
 *
 * @param mappings each with at least a byte of RAM
 */
record RamMappings(List<MemoryMapping> mappings) {
  private static final String MEMORY_REMEDY =
      ": start QEMU with ordinary private memory (no memory-backend-file or -memfd, no share=on,"
          + " no -mem-path, no vhost-user), or take another mode";

  /** Flags of VmFlags that exclude soft-dirty, and why. */
  private static final Map<String, String> EXCLUDED =
      Map.of(
          "ht",
              "is made of hugetlb pages, which are never marked again after a clear"
                  + MEMORY_REMEDY,
          "um", "is watched by userfaultfd: wait until the postcopy migration has ended",
          "uw", "is write-protected by userfaultfd: wait until the background snapshot has ended",
          "ui", "is watched by userfaultfd for minor faults" + MEMORY_REMEDY,
          "dp", "may be dropped by the kernel at any time" + MEMORY_REMEDY,
          "io", "is a device's memory, which changes without a mark: detach the device",
          "pf", "is a device's memory, which changes without a mark: detach the device",
          "mm", "is a device's memory, which changes without a mark: detach the device");

  RamMappings {
    mappings = List.copyOf(mappings);
  }

  /**
   * Picks the mappings of RAM.
   *
   * @throws UnsuitableHostException if not all of it is mapped
   */
  static RamMappings of(List<MemoryMapping> all, List<AddressRange> ram)
      throws UnsuitableHostException {
    List<MemoryMapping> sorted = new ArrayList<>(all);
    sorted.sort(Comparator.comparingLong(mapping -> mapping.range().start()));
    Set<MemoryMapping> used = new LinkedHashSet<>();
    for (AddressRange block : ram) {
      long covered = block.start();
      for (MemoryMapping mapping : sorted) {
        if (mapping.range().overlaps(block) && mapping.range().start() <= covered) {
          used.add(mapping);
          covered = Math.max(covered, mapping.range().end());
        }
      }
      if (covered < block.end()) {
        throw new UnsuitableHostException(
            "RAM at "
                + block
                + " is not mapped from 0x"
                + Long.toHexString(covered)
                + " on: it was moved or unplugged, or belongs to another process");
      }
    }
    return new RamMappings(new ArrayList<>(used));
  }

  /** Refuses memory whose changes the kernel does not mark, whatever else is true. */
  void requireOrdinary() throws UnsuitableHostException {
    for (MemoryMapping mapping : mappings) {
      for (String flag : mapping.flags()) {
        if (EXCLUDED.containsKey(flag)) {
          throw refused(mapping, EXCLUDED.get(flag));
        }
      }
      if (mapping.isShared()) {
        throw refused(
            mapping,
            "is shared memory, whose marks are lost in swap, and which others may write unmarked"
                + MEMORY_REMEDY);
      }
      if (mapping.isFileBacked()) {
        throw refused(
            mapping,
            "has a file behind it ("
                + mapping.backing()
                + "), which may change unmarked"
                + MEMORY_REMEDY);
      }
      if (mapping.pageBytes() != PagemapEntry.PAGE_BYTES) {
        throw refused(mapping, "has pages of " + mapping.pageBytes() + " bytes, not 4096");
      }
    }
  }

  boolean isMergeable() {
    return mappings.stream().anyMatch(mapping -> mapping.has("mg"));
  }

  long mergedBytes() {
    return mappings.stream().mapToLong(MemoryMapping::mergedBytes).sum();
  }

  private static UnsuitableHostException refused(MemoryMapping mapping, String why) {
    return new UnsuitableHostException("RAM at " + mapping.range() + " " + why);
  }
}
