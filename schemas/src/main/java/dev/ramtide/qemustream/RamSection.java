package dev.ramtide.qemustream;

import dev.ramtide.guest.GuestMemoryMap;
import dev.ramtide.guest.RamBlock;
import java.io.IOException;

/**
 * The section that carries RAM: its header, its list of blocks, its end.
 *
 * <pre>
 *   01 | header (ram, instance 0, version 4)
 *      | be64 total|MEM_SIZE | { str8 name | be64 usedLength }* until the lengths sum up to the total
 *      | be64 EOS | footer
 *   { 02 | be32 id | page records | be64 EOS | footer }*
 *   03   | be32 id | page records | be64 EOS | footer
 * </pre>
 */
public final class RamSection {
  public static final String IDSTR = "ram";
  public static final int VERSION = 4;

  private RamSection() {}

  /**
   * Whether a START section is that of RAM; a RAM section of another version or instance is
   * refused.
   */
  public static boolean isRam(SectionHeader header, long streamOffset)
      throws MalformedStreamException {
    if (!header.idstr().equals(IDSTR)) {
      return false;
    }
    if (header.instanceId() != 0 || header.versionId() != VERSION) {
      throw new MalformedStreamException(
          streamOffset,
          "RAM section of instance "
              + header.instanceId()
              + ", version "
              + header.versionId()
              + ": only instance 0, version "
              + VERSION
              + " is known");
    }
    return true;
  }

  /**
   * Reads the record that starts the list of blocks.
   *
   * @return sum of all lengths, positive
   */
  public static long readMemSize(StreamInput in, int pageBytes) throws IOException {
    long at = in.streamOffset();
    long word = in.be64();
    long total = word & -pageBytes;
    if ((word & pageBytes - 1) != RamFlags.MEM_SIZE || total <= 0) {
      throw new MalformedStreamException(
          at,
          "RAM starts with 0x"
              + Long.toHexString(word)
              + " instead of its size (page size "
              + pageBytes
              + ")");
    }
    return total;
  }

  /**
   * Reads name and length of one block.
   *
   * @param remainingBytes what is left of the total
   */
  public static RamBlock readBlock(StreamInput in, int pageBytes, long remainingBytes)
      throws IOException {
    long at = in.streamOffset();
    String name = in.str8();
    long usedLength = in.be64();
    if (usedLength <= 0 || usedLength > remainingBytes || usedLength % pageBytes != 0) {
      throw new MalformedStreamException(
          at,
          "RAMBlock "
              + name
              + " has length "
              + Long.toUnsignedString(usedLength)
              + ": must be a multiple of "
              + pageBytes
              + " and at most the "
              + remainingBytes
              + " bytes that are left of all RAM");
    }
    try {
      return new RamBlock(name, usedLength);
    } catch (IllegalArgumentException refused) {
      throw new MalformedStreamException(at, String.valueOf(refused.getMessage()));
    }
  }

  /** Refuses a list that grows beyond what any guest has, before it takes memory. */
  public static void checkBlockCount(int blocks, long streamOffset)
      throws MalformedStreamException {
    if (blocks > GuestMemoryMap.MAX_BLOCKS) {
      throw new MalformedStreamException(
          streamOffset, "more than " + GuestMemoryMap.MAX_BLOCKS + " RAMBlocks");
    }
  }

  /** Reads a body that holds nothing, and its footer. */
  public static void readEmptyBody(StreamInput in, long sectionId) throws IOException {
    long at = in.streamOffset();
    long word = in.be64();
    if (word != RamFlags.EOS) {
      throw new MalformedStreamException(
          at,
          "RAM record 0x"
              + Long.toHexString(word)
              + " where the body of section "
              + sectionId
              + " must end");
    }
    SectionHeader.readFooter(in, sectionId);
  }

  /** Writes the end of a body, and its footer. */
  public static void writeBodyEnd(StreamOutput out, long sectionId) {
    out.be64(RamFlags.EOS);
    SectionHeader.writeFooter(out, sectionId);
  }
}
