package dev.ramtide.guest;

import java.nio.charset.StandardCharsets;

/**
 * A named piece of guest memory: QEMU's RAMBlock (main RAM, BIOS, video memory, pflash …).
 *
 * <p>The name may hold {@code /}, {@code @} and spaces: it is never used as a path.
 *
 * @param name QEMU's {@code idstr} of the block, 1 to 255 bytes of UTF-8
 * @param usedLength bytes, positive; a multiple of the page size (checked by {@link
 *     GuestMemoryMap})
 */
public record RamBlock(String name, long usedLength) {
  /** A name is preceded by one length byte in QEMU's stream. */
  public static final int MAX_NAME_BYTES = 255;

  public RamBlock {
    int nameBytes = name.getBytes(StandardCharsets.UTF_8).length;
    if (nameBytes == 0 || nameBytes > MAX_NAME_BYTES) {
      throw new IllegalArgumentException(
          "RAMBlock name of " + nameBytes + " bytes: must be 1 to 255");
    }
    if (usedLength <= 0) {
      throw new IllegalArgumentException("RAMBlock " + name + " has length " + usedLength);
    }
  }
}
