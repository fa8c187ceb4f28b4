package dev.ramtide.producer.procfs;

import java.io.IOException;
import java.util.List;
import java.util.Set;

/**
 * One mapping of a process, as a paragraph of {@code /proc/PID/smaps} describes it.
 *
 * @param range where it lies
 * @param permissions four letters as in {@code rw-p}; the last is {@code s} for shared memory
 * @param backing path of the file behind it, a name in brackets, or empty for anonymous memory
 * @param inode of the file behind it, 0 for none
 * @param pageBytes size of the pages it is made of ({@code KernelPageSize})
 * @param swapBytes what of it is in swap
 * @param mergedBytes what of it KSM has merged, 0 also where the kernel does not say
 * @param flags two-letter words of {@code VmFlags}, such as {@code mg} (mergeable) or {@code sd}
 */
public record MemoryMapping(
    AddressRange range,
    String permissions,
    String backing,
    long inode,
    long pageBytes,
    long swapBytes,
    long mergedBytes,
    Set<String> flags) {
  public MemoryMapping {
    flags = Set.copyOf(flags);
  }

  /** Whether what is written to it is seen by others. */
  public boolean isShared() {
    return permissions.endsWith("s") || flags.contains("sh");
  }

  /** Whether a file is behind it, be it private. */
  public boolean isFileBacked() {
    return inode != 0;
  }

  public boolean has(String flag) {
    return flags.contains(flag);
  }

  /**
   * Reads a whole {@code smaps}.
   *
   * @return in the order of addresses
   * @throws IOException if it is not what a kernel writes, or has more mappings than a process may
   *     have
   */
  public static List<MemoryMapping> parse(String smaps) throws IOException {
    return SmapsText.parse(smaps);
  }
}
