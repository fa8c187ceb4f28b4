package dev.ramtide.deploy.simulate.kernel;

import dev.ramtide.deploy.simulate.kernel.HostTraits.Ram;
import dev.ramtide.deploy.simulate.kernel.HostTraits.Reach;
import dev.ramtide.producer.procfs.AddressRange;

/** What the files of a process say, in the kernel's words. */
final class ProcTexts {
  private ProcTexts() {}

  static String stat(long pid, String name, long startTime) {
    return pid
        + " ("
        + name
        + ") S 1 "
        + pid
        + " "
        + pid
        + " 0 -1 4194560 2114 0 3 0 41 17 0 0 20 0 4 0 "
        + startTime
        + " 734003200 41234 18446744073709551615\n";
  }

  static String namespace(String kind, boolean others) {
    return kind + ":[" + (others ? "4026532201" : "4026531836") + "]";
  }

  static boolean isElsewhere(HostTraits traits) {
    return traits.reach() == Reach.OTHER_NAMESPACE;
  }

  static String ksmStat(ProcessMemory memory, boolean merging) {
    long watched = merging && memory.traits().mergeable() ? memory.pageCount(0) : 0;
    return "ksm_rmap_items "
        + watched
        + "\nksm_zero_pages 0\nksm_merging_pages "
        + memory.mergedPages()
        + "\nksm_process_profit 0\n";
  }

  /** Of a process without a guest's memory. */
  static String smaps(boolean softDirty) {
    return paragraph(
        "7f10c0000000-7f10c0100000 rw-p 00000000 00:00 0 ", 1024, 0, softDirty ? " sd" : "");
  }

  /** The program, the guest's memory, and what every process ends with. */
  static String smaps(ProcessMemory memory) {
    StringBuilder text = new StringBuilder();
    text.append(
        paragraph(
            "55d0a1000000-55d0a1400000 r-xp 00000000 fd:01 1311768                    "
                + "/usr/bin/qemu-system-x86_64",
            4096,
            0,
            ""));
    for (int block = 0; block < memory.blockCount(); block++) {
      text.append(block(memory, block));
    }
    text.append(
        paragraph(
            "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]",
            4,
            0,
            ""));
    return text.toString();
  }

  private static String block(ProcessMemory memory, int block) {
    HostTraits traits = memory.traits();
    AddressRange range = memory.range(block);
    boolean shared = traits.ram() == Ram.SHARED;
    String flags =
        (shared ? " sh" : "")
            + (traits.ram() == Ram.HUGETLB ? " de ht" : "")
            + (traits.softDirty() && memory.isNewlyMapped(block) ? " sd" : "")
            + " hg"
            + (traits.mergeable() ? " mg" : "");
    String file =
        shared ? "00:01 2057                       /memfd:memory-backend (deleted)" : "00:00 0 ";
    return paragraph(
        range + " rw-" + (shared ? "s" : "p") + " 00000000 " + file,
        range.lengthBytes() >> 10,
        4 * memory.swappedPages(block),
        flags);
  }

  private static String paragraph(String header, long kilobytes, long swapped, String flags) {
    boolean huge = flags.contains(" ht");
    return header
        + "\nSize:           %8d kB\nKernelPageSize: %8d kB\nMMUPageSize:    %8d kB\n"
            .formatted(kilobytes, huge ? 2048 : 4, huge ? 2048 : 4)
        + "Rss:            %8d kB\nSwap:           %8d kB\nSwapPss:        %8d kB\n"
            .formatted(kilobytes - swapped, swapped, swapped)
        + "Locked:                0 kB\nTHPeligible:           1\nVmFlags: rd wr mr mw me dc ac"
        + flags
        + " \n";
  }
}
