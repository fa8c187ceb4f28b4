package dev.ramtide.qemustream;

/**
 * The byte that every element of the stream starts with.
 *
 * <pre>
 *   START, FULL   type | be32 sectionId | str8 idstr | be32 instanceId | be32 versionId | body | footer
 *   PART, END     type | be32 sectionId | body | footer
 *   footer        7E   | be32 sectionId
 *   COMMAND       08   | be16 command | be16 length | payload
 * </pre>
 *
 * Bodies carry no length: an element that is not understood cannot be skipped.
 */
public final class SectionType {
  /** The end of all sections; a description of the devices may follow. */
  public static final int EOF = 0x00;

  public static final int START = 0x01;
  public static final int PART = 0x02;
  public static final int END = 0x03;
  public static final int FULL = 0x04;

  /** Part of the configuration; elsewhere only inside bodies. */
  public static final int SUBSECTION = 0x05;

  /** The description of the devices in JSON, with a be32 length; only after {@link #EOF}. */
  public static final int VMDESCRIPTION = 0x06;

  public static final int CONFIGURATION = 0x07;
  public static final int COMMAND = 0x08;
  public static final int FOOTER = 0x7E;

  private SectionType() {}
}
