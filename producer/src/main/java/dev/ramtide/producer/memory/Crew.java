package dev.ramtide.producer.memory;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Threads that read memory in parallel: the calling one and, for more than one, helpers that live
 * until {@link #close}. With one thread everything runs on the caller's, and none is made.
 *
 * <p>One job at a time, from one thread at a time. Nobody here is ever interrupted, and waiting
 * ignores interrupts: they would close the channels that are read. A wait lasts no longer than a
 * piece takes to be read.
 *
 * <pre>
 *   plan 0 1 2 3 4 5 6 ..     in order, one thread at a time
 *   fill   1 0 3 2 5 ..       several threads at once
 *   take 0 1 2 3 ..           in order, the calling thread; then the slot is free again
 * </pre>
 */
public final class Crew implements AutoCloseable {
  /** Work that comes in pieces, each of which needs one of a few slots while it is on its way. */
  interface Job {
    /**
     * Decides what the next piece is, and does no more: others wait meanwhile.
     *
     * @param slot free, from 0
     * @return whether there is a next piece
     */
    boolean plan(int slot);

    /** Does the piece's work; several at once, each with its slot. */
    void fill(int slot) throws IOException;

    /** Takes the result, on the thread that called {@link #run}, in the order of the plan. */
    void take(int slot) throws IOException;
  }

  private final int threads;
  private final List<Thread> helpers = new ArrayList<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by the lock.
  private @Nullable Course course;
  private boolean closed;

  /**
   * @param threads at least 1, the calling thread among them
   * @param factory makes the helpers
   */
  public Crew(int threads, ThreadFactory factory) {
    if (threads < 1) {
      throw new IllegalArgumentException("a crew of " + threads);
    }
    this.threads = threads;
    for (int helper = 1; helper < threads; helper++) {
      Thread thread = factory.newThread(this::help);
      helpers.add(thread);
      thread.start();
    }
  }

  int threads() {
    return threads;
  }

  /**
   * Does a job to its end. The first failure stops it: no piece is begun any more, those that are
   * on their way are waited for, and it is thrown.
   *
   * @param slots pieces that may be on their way at once, at least 1
   */
  void run(int slots, Job job) throws IOException {
    Course own = new Course(slots, job);
    lock.lock();
    try {
      if (closed || course != null) {
        throw new IllegalStateException(closed ? "the crew has gone" : "the crew has a job");
      }
      course = own;
      changed.signalAll();
      while (!own.isOver()) {
        if (!step(own) && !own.isOver()) {
          changed.awaitUninterruptibly();
        }
      }
      while (own.filling > 0) {
        changed.awaitUninterruptibly();
      }
    } finally {
      course = null;
      lock.unlock();
    }
    own.throwFailure();
  }

  /** The caller's next deed, if there is one for it. */
  private boolean step(Course own) {
    if (!own.canTake()) {
      return fillNext(own);
    }
    int slot = own.slotToTake();
    @Nullable Throwable failure = unlocked(() -> own.job.take(slot));
    own.taken(slot, failure);
    changed.signalAll();
    return true;
  }

  private boolean fillNext(Course of) {
    boolean planned = of.isPlanned();
    int slot = of.planNext();
    if (slot < 0) {
      if (of.isPlanned() != planned) {
        changed.signalAll(); // nobody waits for a piece that will not come
      }
      return false;
    }
    @Nullable Throwable failure = unlocked(() -> of.job.fill(slot));
    of.filled(slot, failure);
    changed.signalAll();
    return true;
  }

  private void help() {
    lock.lock();
    try {
      while (!closed) {
        Course current = course;
        if (current == null || !fillNext(current)) {
          changed.awaitUninterruptibly();
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private interface Deed {
    void run() throws IOException;
  }

  /** A failure of any kind is the caller's to know: a helper that dies of it would be missed. */
  @SuppressWarnings("PMD.AvoidCatchingThrowable")
  private @Nullable Throwable unlocked(Deed deed) {
    lock.unlock();
    try {
      deed.run();
      return null;
    } catch (Throwable e) {
      return e;
    } finally {
      lock.lock();
    }
  }

  /** Ends the helpers, and waits for them. */
  @Override
  public void close() {
    lock.lock();
    try {
      if (course != null) {
        throw new IllegalStateException("the crew has a job");
      }
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    boolean interrupted = false;
    for (Thread helper : helpers) {
      while (helper.isAlive()) {
        try {
          helper.join();
        } catch (InterruptedException e) {
          interrupted = true; // and waited for all the same: it has nothing left to do
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
