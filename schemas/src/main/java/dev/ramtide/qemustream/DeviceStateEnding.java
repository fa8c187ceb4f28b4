package dev.ramtide.qemustream;

import java.nio.ByteBuffer;
import java.util.OptionalInt;

/**
 * How a device state ends, and so how we know that all of it is there. QEMU's sections carry no
 * length, and QEMU does not notice a device state that was cut off behind its last section.
 */
public enum DeviceStateEnding {
  /** With a {@link VmDescription}, as in a migration stream. */
  DESCRIBED {
    @Override
    void checkEnd(ByteBuffer deviceState, int pageBytes, long streamOffset)
        throws MalformedStreamException {
      OptionalInt described = VmDescription.atEndOf(deviceState, streamOffset).pageBytes();
      if (described.isPresent() && described.getAsInt() != pageBytes) {
        throw new MalformedStreamException(
            streamOffset,
            "the guest's pages have "
                + described.getAsInt()
                + " bytes, but were read as pages of "
                + pageBytes
                + ": this machine type is not supported");
      }
    }
  },

  /**
   * With the footer of the last section and the end mark, as {@code xen-save-devices-state} writes
   * it. A weak proof: the same bytes stand by chance inside of some device states. A source of
   * these has to know from QEMU itself that all was written.
   */
  BARE {
    @Override
    void checkEnd(ByteBuffer deviceState, int pageBytes, long streamOffset)
        throws MalformedStreamException {
      int end = deviceState.remaining();
      int footer = end - FOOTER_AND_EOF_BYTES;
      ByteBuffer bytes = deviceState.slice();
      if (footer < 1
          || bytes.get(footer) != SectionType.FOOTER
          || bytes.get(end - 1) != SectionType.EOF) {
        throw new MalformedStreamException(
            streamOffset + end,
            "the device state does not end with a section's footer and the end mark: it was cut off");
      }
    }
  };

  private static final int FOOTER_AND_EOF_BYTES = 6;

  /**
   * Makes sure that a device state is whole, as far as its ends can tell.
   *
   * @param deviceState all of it, from its first section's type byte; position and limit stay
   * @param pageBytes what its pages were read as
   * @param streamOffset of its first byte, for the message
   */
  public void check(ByteBuffer deviceState, int pageBytes, long streamOffset)
      throws MalformedStreamException {
    int first = deviceState.hasRemaining() ? deviceState.get(deviceState.position()) : -1;
    if (first != SectionType.FULL && first != SectionType.EOF) {
      throw new MalformedStreamException(streamOffset, "no device state");
    }
    checkEnd(deviceState, pageBytes, streamOffset);
  }

  abstract void checkEnd(ByteBuffer deviceState, int pageBytes, long streamOffset)
      throws MalformedStreamException;
}
