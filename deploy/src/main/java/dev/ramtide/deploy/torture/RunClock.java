package dev.ramtide.deploy.torture;

/** Milliseconds since a run began. */
final class RunClock {
  private final long startNanos = System.nanoTime();

  long nowMs() {
    return (System.nanoTime() - startNanos) / 1_000_000;
  }
}
