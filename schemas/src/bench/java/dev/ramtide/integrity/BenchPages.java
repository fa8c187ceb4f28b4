package dev.ramtide.integrity;

import java.util.Random;

/** Pages to measure with: more than a core's own cache holds, as a guest's are. */
public final class BenchPages {
  public static final int PAGE_BYTES = 4096;

  /** Of all pages together. */
  public static final int PAGE_COUNT = 8192;

  private BenchPages() {}

  /** Neighbouring pages, each with other bytes that nothing can compress. */
  public static byte[] random() {
    byte[] pages = new byte[PAGE_COUNT * PAGE_BYTES];
    new Random(1).nextBytes(pages);
    return pages;
  }

  public static byte[] zero() {
    return new byte[PAGE_COUNT * PAGE_BYTES];
  }
}
