package dev.ramtide.producer.procfs;

import java.io.IOException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether KSM runs, and how far it has come. A page that it merges loses its soft-dirty mark.
 *
 * @param run as in {@code /sys/kernel/mm/ksm/run}: 0 stopped, 1 merging, 2 stopped and unmerging
 * @param fullScans how often it went through all mergeable memory, 0 where the kernel does not say
 * @param scannedPages how many pages it looked at, 0 where the kernel does not say (before 6.7)
 */
record KsmCounters(long run, long fullScans, long scannedPages) {
  private static final String DIRECTORY = "/sys/kernel/mm/ksm/";
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,20}");

  static KsmCounters read(ProcFs procFs) throws IOException {
    // The counters first: what KSM did after them is seen by the next look.
    long fullScans = number(procFs, "full_scans");
    long scannedPages = number(procFs, "pages_scanned");
    return new KsmCounters(number(procFs, "run"), fullScans, scannedPages);
  }

  boolean isRunning() {
    return run != 0;
  }

  /** Whether it worked between the two looks, be it stopped at both. */
  boolean movedSince(KsmCounters earlier) {
    return fullScans != earlier.fullScans || scannedPages != earlier.scannedPages;
  }

  private static long number(ProcFs procFs, String name) throws IOException {
    Optional<String> text = procFs.text(DIRECTORY + name);
    if (text.isEmpty()) {
      return 0; // a kernel without KSM, or too old for this counter
    }
    String digits = text.get().trim();
    if (!NUMBER.matcher(digits).matches()) {
      throw new IOException(DIRECTORY + name + " says " + digits);
    }
    try {
      return Long.parseUnsignedLong(digits);
    } catch (NumberFormatException e) {
      throw new IOException(DIRECTORY + name + " says " + digits, e);
    }
  }

  /**
   * What KSM has of a process: pages that it merged, and pages that it watches so as to merge them.
   *
   * @param merged 0 where the kernel does not say (before 5.19)
   * @param watched 0 where the kernel does not say (before 6.1)
   */
  record OfProcess(long merged, long watched) {
    private static final Pattern LINE = Pattern.compile("(?m)^([a-z_]+):? ([0-9]{1,18})$");

    static OfProcess read(ProcFs procFs, long pid) throws IOException {
      long merged = 0;
      long watched = 0;
      Matcher line = LINE.matcher(procFs.text("/proc/" + pid + "/ksm_stat").orElse(""));
      while (line.find()) {
        long count = Long.parseLong(line.group(2));
        switch (line.group(1)) {
          case "ksm_merging_pages", "ksm_zero_pages" -> merged += count;
          case "ksm_rmap_items" -> watched = count;
          default -> {} // profits
        }
      }
      return new OfProcess(merged, watched);
    }
  }
}
