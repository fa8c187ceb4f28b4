package dev.ramtide.deploy.bench;

import java.util.Locale;

/**
 * What a ratio should be.
 *
 * @param atLeast whether {@code ratio} is the least that is good, else it is the most
 */
record Mark(boolean atLeast, double ratio) {
  static Mark atLeast(double ratio) {
    return new Mark(true, ratio);
  }

  static Mark atMost(double ratio) {
    return new Mark(false, ratio);
  }

  boolean isMet(double measured) {
    return atLeast ? measured >= ratio : measured <= ratio;
  }

  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%s %.2f", atLeast ? "\u2265" : "\u2264", ratio);
  }
}
