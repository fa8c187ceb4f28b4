package dev.ramtide.integrity;

import java.util.HexFormat;

/**
 * A 128-bit value: the hash of one page, or the XOR over many pages.
 *
 * <p>XOR makes the digest of a partition independent of order, zero for an empty image, and cheap
 * to keep: take the old value of a page out and put the new one in.
 */
public record PageDigest(long high, long low) {
  public static final int BYTES = 16;

  /** The digest of nothing, and the hash of an all-zero page. */
  public static final PageDigest ZERO = new PageDigest(0, 0);

  public PageDigest xor(PageDigest other) {
    return new PageDigest(high ^ other.high, low ^ other.low);
  }

  /** 32 lower-case hexadecimal digits, high half first; the inverse of {@link #toString}. */
  public static PageDigest parse(String hex) {
    if (hex.length() != 2 * BYTES) {
      throw new IllegalArgumentException("a digest has 32 hexadecimal digits: " + hex);
    }
    return new PageDigest(
        HexFormat.fromHexDigitsToLong(hex, 0, 16), HexFormat.fromHexDigitsToLong(hex, 16, 32));
  }

  @Override
  public String toString() {
    return HexFormat.of().toHexDigits(high) + HexFormat.of().toHexDigits(low);
  }
}
