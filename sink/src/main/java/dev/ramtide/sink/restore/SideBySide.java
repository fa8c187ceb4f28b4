package dev.ramtide.sink.restore;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Work that is shared by threads which all end before it is over. The first that fails stops the
 * others, and what it says is what is thrown.
 *
 * <p>Whoever waits for it may be interrupted and the threads never are: an interrupt closes the
 * file channel that its thread is in, which the others read.
 */
final class SideBySide {
  private final List<? extends Share> shares;
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  /** What one of the threads does. */
  interface Share {
    void run() throws IOException;

    /**
     * Has it end soon, in any way. Called from other threads, at any time: also before it began and
     * after it ended.
     */
    void stop();
  }

  private SideBySide(List<? extends Share> shares) {
    this.shares = shares;
  }

  /** As many threads as are worth their while on this machine. */
  static int threads(long shareCount) {
    return (int) Math.max(1, Math.min(shareCount, Runtime.getRuntime().availableProcessors()));
  }

  /**
   * Returns when every share was done; a single one is done by the caller.
   *
   * @param name of the threads
   * @throws InterruptedException the shares were stopped, and none runs any more
   */
  static void run(String name, List<? extends Share> shares)
      throws IOException, InterruptedException {
    if (shares.size() == 1) {
      shares.get(0).run();
      return;
    }
    SideBySide work = new SideBySide(shares);
    work.join(work.start(name));
    work.throwFailure();
  }

  private List<Thread> start(String name) {
    List<Thread> threads = new ArrayList<>();
    try {
      for (Share share : shares) {
        Thread thread = new Thread(() -> run(share), name + "-" + threads.size());
        thread.setDaemon(true);
        thread.start();
        threads.add(thread);
      }
    } catch (Throwable e) { // No thread can be had: those that run must not go on without.
      fail(e);
    }
    return threads;
  }

  private void run(Share share) {
    try {
      share.run();
    } catch (Throwable e) {
      fail(e);
    }
  }

  private void fail(Throwable reason) {
    if (failure.compareAndSet(null, reason)) {
      shares.forEach(Share::stop);
    }
  }

  private void join(List<Thread> threads) {
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          fail(e);
        }
      }
    }
  }

  private void throwFailure() throws IOException, InterruptedException {
    Throwable first = failure.get();
    if (first instanceof IOException e) {
      throw e;
    } else if (first instanceof InterruptedException e) {
      throw e;
    } else if (first instanceof RuntimeException e) {
      throw e;
    } else if (first instanceof Error e) {
      throw e;
    }
  }
}
