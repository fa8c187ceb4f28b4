package dev.ramtide.producer.capture;

import dev.ramtide.time.MonotonicClock;
import java.io.InterruptedIOException;

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
        public void atExit(Thread last) throws InterruptedIOException {
          try {
            Runtime.getRuntime().addShutdownHook(last);
          } catch (IllegalStateException e) {
            throw new InterruptedIOException("this process is ending");
          }
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

  /**
   * @throws InterruptedIOException it is ending: nothing may begin any more that would have to be
   *     ended
   */
  void atExit(Thread last) throws InterruptedIOException;

  /** Takes back {@link #atExit}. */
  void forget(Thread last);
}
