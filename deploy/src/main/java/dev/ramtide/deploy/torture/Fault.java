package dev.ramtide.deploy.torture;

/**
 * One thing that is done.
 *
 * @param target which broker or sink, from 0
 * @param atMs since the beginning; later when its target is not there to be hurt
 * @param lengthMs until it is made good
 */
record Fault(FaultKind kind, int target, long atMs, long lengthMs) {
  Fault {
    if (target < 0 || atMs < 0 || lengthMs < 0) {
      throw new IllegalArgumentException(kind + " of " + target + " at " + atMs);
    }
  }

  long endMs() {
    return atMs + lengthMs;
  }
}
