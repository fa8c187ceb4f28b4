package dev.ramtide.deploy.torture;

import java.io.IOException;
import java.time.Duration;

/** Waits while faults go on. */
interface Waiting {
  /** What is waited for. */
  interface Condition {
    boolean holds() throws IOException, InterruptedException;
  }

  /**
   * @param what did not happen if it does not, in words that follow "no"
   * @throws IOException it did not come true in time
   */
  void until(String what, Duration limit, Condition condition)
      throws IOException, InterruptedException;
}
