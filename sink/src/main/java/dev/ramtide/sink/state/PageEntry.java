package dev.ramtide.sink.state;

import dev.ramtide.checkpoint.PageVersion;
import dev.ramtide.integrity.PageDigest;
import java.nio.ByteBuffer;

/**
 * A page's entry in the table of its partition, as bytes in a buffer.
 *
 * <pre>
 *   epoch:8  sequence:8  hash, high:8  hash, low:8
 * </pre>
 *
 * An entry of zeros is a page that was never written: older than or equal to every version, and
 * zero. An entry lies inside one sector, so it is never torn.
 */
public final class PageEntry {
  public static final int BYTES = 32;

  private PageEntry() {}

  /**
   * Negative, zero or positive as the entry's version is older than, equal to, or newer than {@code
   * version}.
   */
  public static int compareVersion(ByteBuffer entries, int at, PageVersion version) {
    int byEpoch = Long.compare(entries.getLong(at), version.epoch());
    return byEpoch != 0 ? byEpoch : Long.compare(entries.getLong(at + 8), version.sequence());
  }

  /** (0, 0) of a page that was never written. */
  public static PageVersion version(ByteBuffer entries, int at) {
    return new PageVersion(entries.getLong(at), entries.getLong(at + 8));
  }

  public static void put(
      ByteBuffer entries, int at, PageVersion version, long hashHigh, long hashLow) {
    entries.putLong(at, version.epoch()).putLong(at + 8, version.sequence());
    entries.putLong(at + 16, hashHigh).putLong(at + 24, hashLow);
  }

  public static PageDigest hash(ByteBuffer entries, int at) {
    return new PageDigest(entries.getLong(at + 16), entries.getLong(at + 24));
  }

  /** Whether the page has bytes: a zero page's hash is zero. */
  public static boolean hasData(ByteBuffer entries, int at) {
    return (entries.getLong(at + 16) | entries.getLong(at + 24)) != 0;
  }
}
