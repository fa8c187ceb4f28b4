package dev.ramtide.producer.capture;

import dev.ramtide.time.MonotonicClock;

/** The process that holds a guest: its time, and what it still does when it is told to end. */
public interface OwnProcess {
  /** This JVM. */
  OwnProcess JVM =
      new OwnProcess() {
        @Override
        public MonotonicClock clock() {
          return MonotonicClock.SYSTEM;
        }

        @Override
        public void atExit(Thread last) {
          Runtime.getRuntime().addShutdownHook(last);
        }

        @Override
        public void forget(Thread last) {
          try {
            Runtime.getRuntime().removeShutdownHook(last);
          } catch (IllegalStateException e) {
            // The process is ending and runs it; whoever does the same meanwhile waits for it.
          }
        }
      };

  MonotonicClock clock();

  void atExit(Thread last);

  /** Takes back {@link #atExit}. */
  void forget(Thread last);
}
