package dev.ramtide.qemustream;

import java.io.IOException;
import java.util.UUID;

/**
 * What a multifd channel says first, once.
 *
 * <pre>
 *   be32 0x11223344 | be32 version 1 | 16 uuid | u8 channel | 39 reserved
 * </pre>
 *
 * @param guest the guest's UUID; all zeros if it has none
 * @param channel 0 to one less than the number of channels
 */
public record MultifdHello(UUID guest, int channel) {
  public static final int MAGIC = 0x11223344;
  static final int VERSION = 1;

  private static final int RESERVED_BYTES = 7 + 32;

  public static MultifdHello read(StreamInput in) throws IOException {
    readVersion(in);
    UUID guest = new UUID(in.be64(), in.be64());
    int channel = in.u8();
    in.readFully(new byte[RESERVED_BYTES]);
    return new MultifdHello(guest, channel);
  }

  /** Magic and version, with which packets start too. */
  static void readVersion(StreamInput in) throws IOException {
    long at = in.streamOffset();
    long magic = in.be32();
    long version = in.be32();
    if (magic != MAGIC || version != VERSION) {
      throw new MalformedStreamException(
          at,
          "0x"
              + Long.toHexString(magic)
              + " version "
              + version
              + " where a multifd packet of version "
              + VERSION
              + " must start");
    }
  }
}
