package dev.ramtide.qemustream;

import java.io.IOException;

/**
 * The start of a START or FULL section, after its type byte. See {@link SectionType} for the bytes.
 *
 * @param sectionId chosen by the source, names the section in PART, END and footers of the same
 *     stream
 * @param idstr what the section is of, such as {@code ram}
 */
public record SectionHeader(long sectionId, String idstr, long instanceId, long versionId) {
  /** Ends the idstr of device sections that come before RAM's pages: those of virtio-mem. */
  public static final String EARLY_DEVICE_SUFFIX = "/virtio-mem-device-early";

  /** Reads what follows the type byte. */
  public static SectionHeader read(StreamInput in) throws IOException {
    return new SectionHeader(in.be32(), in.str8(), in.be32(), in.be32());
  }

  /** Writes what follows the type byte. */
  public void write(StreamOutput out) {
    out.be32(sectionId).str8(idstr).be32(instanceId).be32(versionId);
  }

  /** Reads the footer that ends a section's body. */
  public static void readFooter(StreamInput in, long sectionId) throws IOException {
    long at = in.streamOffset();
    int mark = in.u8();
    if (mark != SectionType.FOOTER) {
      throw new MalformedStreamException(
          at,
          "byte 0x"
              + Integer.toHexString(mark)
              + " where the footer of section "
              + sectionId
              + " must be");
    }
    long ended = in.be32();
    if (ended != sectionId) {
      throw new MalformedStreamException(
          at, "footer of section " + ended + " at the end of section " + sectionId);
    }
  }

  public static void writeFooter(StreamOutput out, long sectionId) {
    out.u8(SectionType.FOOTER).be32(sectionId);
  }
}
