package dev.ramtide.producer.stream;

import dev.ramtide.guest.GuestMemoryMap;
import java.nio.ByteBuffer;

/**
 * What is known of a guest before its first page.
 *
 * @param preamble header and configuration section of QEMU's stream, as received
 * @param machineType canonical, such as {@code pc-q35-10.0}
 * @param coverage what the source offers: what it means when a page is not delivered
 */
public record MachineDescription(
    ByteBuffer preamble, String machineType, GuestMemoryMap memory, Coverage coverage) {
  /** What a page that the source does not deliver is. */
  public enum Coverage {
    /** Zero: the source delivers all memory, as a migration stream does. */
    WHOLE,
    /** As it was at the last capture: the source can deliver just what changed. */
    CHANGES
  }

  public MachineDescription {
    preamble = preamble.asReadOnlyBuffer();
  }

  @Override
  public ByteBuffer preamble() {
    return preamble.duplicate();
  }
}
