package dev.ramtide.producer.qmp;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A RAMBlock and where QEMU has it in its own memory: a line of the monitor's {@code info
 * ramblock}, since QMP has no such command.
 *
 * <pre>
 *               Block Name    PSize              Offset               Used              Total                HVA  RO
 *                   pc.ram    4 KiB  0x0000000000000000 0x0000000010000000 0x0000000010000000 0x00007f3a2be00000  rw
 * </pre>
 *
 * @param usedLength bytes
 * @param hostPageBytes of the memory behind it: more than a guest's page where it is of huge pages
 * @param hostAddress of its first byte in QEMU's process
 */
public record HostRamBlock(String idstr, long usedLength, long hostPageBytes, long hostAddress) {
  /** A guest has a dozen; this is far above what QEMU could start. */
  private static final int MAX_BLOCKS = 4096;

  private static final String HEX = "\\s+0x([0-9a-f]{1,16})";

  private static final Pattern LINE =
      Pattern.compile(
          "\\s*(\\S.*?)\\s+(\\d{1,9}) ([KMGT]i)?B" + HEX + HEX + HEX + HEX + "(\\s+r[ow])?\\s*");

  /**
   * @param table as the monitor printed it
   * @throws QmpProtocolException it is no such table, or of a QEMU that does not tell addresses
   */
  static List<HostRamBlock> parse(String table) throws QmpProtocolException {
    List<String> lines = table.lines().toList();
    if (lines.size() > MAX_BLOCKS + 1) {
      throw new QmpProtocolException("QMP: 'info ramblock' printed " + lines.size() + " lines");
    }
    List<HostRamBlock> blocks = new ArrayList<>();
    for (String line : lines.subList(Math.min(1, lines.size()), lines.size())) {
      Matcher fields = LINE.matcher(line);
      if (!fields.matches()) {
        throw new QmpProtocolException(
            "QMP: a line of 'info ramblock' that is not understood (QEMU tells addresses since 8.0): "
                + line);
      }
      blocks.add(
          new HostRamBlock(
              fields.group(1),
              Long.parseUnsignedLong(fields.group(5), 16),
              Long.parseLong(fields.group(2)) * unit(fields.group(3)),
              Long.parseUnsignedLong(fields.group(7), 16)));
    }
    if (blocks.isEmpty()) {
      throw new QmpProtocolException("QMP: 'info ramblock' lists no block: " + table);
    }
    return blocks;
  }

  private static long unit(@Nullable String prefix) {
    return prefix == null ? 1 : 1L << 10 * ("KMGT".indexOf(prefix.charAt(0)) + 1);
  }
}
