package dev.ramtide.producer.cli;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C and SIGTERM: interrupts the capturing thread, and lets it clean up before the JVM ends.
 */
final class StopSignal implements AutoCloseable {
  /** Longer than anything that the capturing thread does after an interrupt. */
  private static final int PATIENCE_SECONDS = 40;

  private final Thread capturing;
  private final Thread hook = new Thread(this::stop, "agent-stop");
  private final CountDownLatch cleanedUp = new CountDownLatch(1);
  private volatile boolean stopping;

  private StopSignal(Thread capturing) {
    this.capturing = capturing;
  }

  static StopSignal armed(Thread capturing) {
    StopSignal signal = new StopSignal(capturing);
    Runtime.getRuntime().addShutdownHook(signal.hook);
    return signal;
  }

  /** What is to be stopped. */
  interface Work {
    void run() throws IOException, InterruptedException;
  }

  /** Runs the work; that it breaks off because it was told to stop is no failure. */
  void quietly(Work work) throws IOException, InterruptedException {
    try {
      work.run();
    } catch (IOException | InterruptedException e) {
      if (!stopping && !isEnding()) {
        throw e;
      }
      // What is closed now must not be disturbed.
      Thread.interrupted();
    }
  }

  /** The JVM is ending before it runs the hook that would say so. */
  private static boolean isEnding() {
    try {
      Thread none = new Thread();
      Runtime.getRuntime().addShutdownHook(none);
      Runtime.getRuntime().removeShutdownHook(none);
      return false;
    } catch (IllegalStateException e) {
      return true;
    }
  }

  private void stop() {
    stopping = true;
    capturing.interrupt();
    try {
      if (!cleanedUp.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        System.err.println("ramtide agent: gives up waiting for a clean end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    cleanedUp.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM is ending: the hook waits for the line above.
    }
  }
}
