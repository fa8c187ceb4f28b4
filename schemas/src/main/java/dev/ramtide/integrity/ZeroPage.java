package dev.ramtide.integrity;

import java.util.Arrays;

/** Tells all-zero pages, of which a guest has many, from pages that must travel. */
public final class ZeroPage {
  private static final byte[] ZEROS = new byte[65536];

  private ZeroPage() {}

  /**
   * @param at where the page begins in the buffer
   * @param bytes any length; page sizes up to 64 KiB are compared in one call
   */
  public static boolean isZero(byte[] buffer, int at, int bytes) {
    int end = at + bytes;
    for (int from = at; from < end; from += ZEROS.length) {
      int length = Math.min(ZEROS.length, end - from);
      // Arrays.equals over ranges is a vector intrinsic; it leaves at the first difference.
      if (!Arrays.equals(buffer, from, from + length, ZEROS, 0, length)) {
        return false;
      }
    }
    return true;
  }
}
