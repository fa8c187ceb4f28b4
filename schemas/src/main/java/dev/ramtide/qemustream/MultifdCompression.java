package dev.ramtide.qemustream;

/**
 * What the pages of a multifd packet are packed with: QEMU's parameter {@code multifd-compression}.
 */
public enum MultifdCompression {
  NONE(0x00),
  /** One zlib stream for a channel, flushed with each packet. */
  ZLIB(0x02),
  /** One zstd stream for a channel, flushed with each packet. */
  ZSTD(0x04);

  /** The bits of a packet's flags that tell it. */
  static final int MASK = 0x3E;

  private final int flag;

  MultifdCompression(int flag) {
    this.flag = flag;
  }

  /**
   * @param streamOffset of the flags, for the message
   */
  static MultifdCompression ofFlags(int flags, long streamOffset) throws MalformedStreamException {
    int method = flags & MASK;
    for (MultifdCompression candidate : values()) {
      if (candidate.flag == method) {
        return candidate;
      }
    }
    String name =
        switch (method) {
          case 0x08 -> "qpl";
          case 0x10 -> "uadk";
          case 0x20 -> "qatzip";
          default -> "0x" + Integer.toHexString(method);
        };
    throw new MalformedStreamException(
        streamOffset,
        "pages are compressed with " + name + ": set multifd-compression to none, zlib or zstd");
  }
}
