package dev.ramtide.deploy.simulate.disk;

import java.util.ArrayList;
import java.util.List;

/** Goes through all that a loss of power could leave, one after the other. */
public final class Odometer implements CrashChoice {
  private final List<Integer> digits = new ArrayList<>();
  private final List<Integer> counts = new ArrayList<>();
  private int at;

  @Override
  public int of(int count) {
    if (at == digits.size()) {
      digits.add(0);
      counts.add(count);
    } else if (counts.get(at) != count) {
      throw new IllegalStateException("place " + at + " had " + counts + " choices, now " + count);
    }
    return digits.get(at++);
  }

  /** Turns to the next; returns false after the last. */
  public boolean next() {
    at = 0;
    int last = digits.size() - 1;
    while (last >= 0 && digits.get(last) == counts.get(last) - 1) {
      digits.remove(last);
      counts.remove(last--);
    }
    if (last >= 0) {
      digits.set(last, digits.get(last) + 1);
    }
    return last >= 0;
  }

  @Override
  public String toString() {
    return digits + " of " + counts;
  }
}
