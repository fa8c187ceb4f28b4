package dev.ramtide.producer.dirty;

import org.jspecify.annotations.Nullable;

/**
 * The hash of every page as the log has it: 16 bytes for a page, but nothing for a stripe that is
 * all zero, so that a large and mostly empty guest costs little.
 */
final class PublishedHashes {
  private final int stripePages;
  private final long[] @Nullable [] stripes;

  PublishedHashes(long stripeCount, int stripePages) {
    this.stripePages = stripePages;
    this.stripes = new long[Math.toIntExact(stripeCount)][];
  }

  long high(long stripe, int page) {
    long[] hashes = stripes[(int) stripe];
    return hashes == null ? 0 : hashes[2 * page];
  }

  long low(long stripe, int page) {
    long[] hashes = stripes[(int) stripe];
    return hashes == null ? 0 : hashes[2 * page + 1];
  }

  void set(long stripe, int page, long high, long low) {
    long[] hashes = stripes[(int) stripe];
    if (hashes == null) {
      if (high == 0 && low == 0) {
        return;
      }
      hashes = new long[2 * stripePages];
      stripes[(int) stripe] = hashes;
    }
    hashes[2 * page] = high;
    hashes[2 * page + 1] = low;
  }
}
