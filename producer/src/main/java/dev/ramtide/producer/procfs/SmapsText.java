package dev.ramtide.producer.procfs;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code smaps}.
 *
 * <pre>
 *   7f0000000000-7f0010000000 rw-p 00000000 00:00 0    [anon: name] or /a path, or nothing
 *   Size:             262144 kB
 *   KernelPageSize:        4 kB                         other sizes, in any order, may come and go
 *   Swap:                  0 kB
 *   VmFlags: rd wr mr mw me dc ac sd mg                 last of its paragraph
 * </pre>
 *
 * <a href="https://docs.kernel.org/filesystems/proc.html">Format</a>.
 */
final class SmapsText {
  /** {@code vm.max_map_count} can be raised, but not without bound. */
  private static final int MAX_MAPPINGS = 1 << 20;

  private static final Pattern HEADER =
      Pattern.compile(
          "([0-9a-f]{1,16})-([0-9a-f]{1,16}) ([r-][w-][x-][ps])"
              + " [0-9a-f]+ [0-9a-f]+:[0-9a-f]+ ([0-9]{1,19})(?: +(.*))?");
  private static final Pattern SIZE = Pattern.compile("([A-Za-z0-9_]+): *([0-9]{1,15}) kB");
  private static final String FLAGS = "VmFlags:";

  private final List<MemoryMapping> mappings = new ArrayList<>();
  private @Nullable Matcher header;
  private long pageBytes;
  private long swapBytes;
  private long mergedBytes;

  private SmapsText() {}

  static List<MemoryMapping> parse(String smaps) throws IOException {
    SmapsText text = new SmapsText();
    int start = 0;
    while (start < smaps.length()) {
      int end = smaps.indexOf('\n', start);
      end = end < 0 ? smaps.length() : end;
      text.line(smaps.substring(start, end));
      start = end + 1;
    }
    if (text.header != null) {
      throw new IOException("smaps ends inside a mapping");
    }
    return text.mappings;
  }

  private void line(String line) throws IOException {
    if (header == null) {
      begin(line);
    } else if (line.startsWith(FLAGS)) {
      end(header, new HashSet<>(List.of(line.substring(FLAGS.length()).trim().split(" +"))));
    } else {
      size(line);
    }
  }

  private void begin(String line) throws IOException {
    Matcher matcher = HEADER.matcher(line);
    if (!matcher.matches()) {
      throw refused(line);
    }
    header = matcher;
    pageBytes = 0;
    swapBytes = 0;
    mergedBytes = 0;
  }

  private void size(String line) throws IOException {
    Matcher matcher = SIZE.matcher(line);
    if (!matcher.matches()) {
      if (HEADER.matcher(line).matches()) {
        throw new IOException("a mapping without VmFlags before " + quoted(line));
      }
      // Lines such as "THPeligible:    1" and "ProtectionKey: 0" are no sizes.
      if (!line.contains(":")) {
        throw refused(line);
      }
      return;
    }
    long bytes = Long.parseLong(matcher.group(2)) << 10;
    switch (matcher.group(1)) {
      case "KernelPageSize" -> pageBytes = bytes;
      case "Swap" -> swapBytes = bytes;
      case "KSM" -> mergedBytes = bytes;
      default -> {} // dozens of others
    }
  }

  private void end(Matcher of, Set<String> flags) throws IOException {
    header = null;
    long start = Long.parseUnsignedLong(of.group(1), 16);
    long end = Long.parseUnsignedLong(of.group(2), 16);
    if (start < 0) {
      return; // [vsyscall] lies in the kernel's half, which is no place for a guest
    }
    if (end <= start) {
      throw refused(of.group());
    }
    if (mappings.size() == MAX_MAPPINGS) {
      throw new IOException("more than " + MAX_MAPPINGS + " mappings");
    }
    String backing = of.group(5);
    mappings.add(
        new MemoryMapping(
            new AddressRange(start, end),
            of.group(3),
            backing == null ? "" : backing,
            inode(of),
            pageBytes,
            swapBytes,
            mergedBytes,
            flags));
  }

  private static long inode(Matcher of) throws IOException {
    try {
      return Long.parseUnsignedLong(of.group(4));
    } catch (NumberFormatException e) {
      throw refused(of.group());
    }
  }

  private static IOException refused(String line) {
    return new IOException("not a line of smaps: " + quoted(line));
  }

  /** Enough to recognise it by. */
  private static String quoted(String line) {
    return "\"" + (line.length() > 80 ? line.substring(0, 80) + "…" : line) + "\"";
  }
}
