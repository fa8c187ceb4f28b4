package dev.ramtide.deploy.bench;

import java.util.Optional;

/**
 * One line of the result: what Ramtide did, and its peer beside it.
 *
 * @param bench that measured it
 * @param what was measured, with its size
 * @param unit of both measurements
 * @param ours one value a run
 * @param peer what Ramtide is compared with
 * @param theirs as many values as {@code ours}, or one for a fixed limit
 * @param mark for the median of the ratio ours / theirs, if one was set
 */
record Figure(
    String bench,
    String what,
    String unit,
    Samples ours,
    String peer,
    Samples theirs,
    Optional<Mark> mark) {
  Figure {
    if (theirs.values().size() != 1 && theirs.values().size() != ours.values().size()) {
      throw new IllegalArgumentException(
          what + ": " + ours.values().size() + " runs beside " + theirs.values().size());
    }
  }

  Samples ratio() {
    return ours.over(theirs);
  }

  /** Whether the median reaches the mark; what has no mark says nothing. */
  Optional<Boolean> isMet() {
    return mark.map(wanted -> wanted.isMet(ratio().median()));
  }
}
