package dev.ramtide.time;

import java.time.Duration;

/** Time that only goes forward, and waiting in it: this machine's, or a simulation's. */
public interface MonotonicClock {
  /** This machine's. */
  MonotonicClock SYSTEM =
      new MonotonicClock() {
        @Override
        public long nanoTime() {
          return System.nanoTime();
        }

        @Override
        public void sleep(Duration length) throws InterruptedException {
          Thread.sleep(length.toMillis());
        }
      };

  /** Means nothing but in a difference. */
  long nanoTime();

  void sleep(Duration length) throws InterruptedException;
}
