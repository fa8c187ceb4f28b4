package dev.ramtide.wire;

/**
 * A CRC-32C is an int with all its bits in Java and a number from 0 to 2^32-1 on the wire, as other
 * tools print it.
 */
final class Checksums {
  private static final long MAX = 0xFFFF_FFFFL;

  private Checksums() {}

  static long toAvro(int checksum) {
    return checksum & MAX;
  }

  static int fromAvro(long checksum) {
    if (checksum < 0 || checksum > MAX) {
      throw new IllegalArgumentException("checksum " + checksum + " is not 0 to 2^32-1");
    }
    return (int) checksum;
  }
}
