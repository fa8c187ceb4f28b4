package dev.ramtide.sink.state;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * A lock between processes, and between the threads of one: many shared holders or one exclusive.
 *
 * <p>Between processes it is a POSIX record lock on an empty file, so it ends with its process, and
 * only with it: a process that is stopped keeps it. Within a JVM such locks know no threads and two
 * of them collide, so beside it there is a lock between the threads, and of one file only one gate
 * ({@link FileGates}).
 *
 * <p>A hold is released by the thread that took it.
 */
public final class FileGate {
  private static final Duration POLL = Duration.ofMillis(5);

  private final Path path;
  private final FileChannel channel;
  private final MonotonicClock clock;
  // Fair, so that a steady run of readers cannot starve the one who seals.
  private final ReentrantReadWriteLock threads = new ReentrantReadWriteLock(true);
  private int sharedHolders;
  private @Nullable FileLock sharedLock;

  /** A held lock; closing releases it. */
  public interface Hold extends Closeable {
    @Override
    void close();
  }

  /**
   * @param channel the only one that this process has of the file
   */
  FileGate(Path path, FileChannel channel, MonotonicClock clock) {
    this.path = path;
    this.channel = channel;
    this.clock = clock;
  }

  /** Waits for the shared lock. */
  public Hold shared() throws IOException, InterruptedException {
    return tryShared(Duration.ofDays(365)).orElseThrow();
  }

  /** The shared lock, or nothing when it cannot be had within this time. */
  public Optional<Hold> tryShared(Duration timeout) throws IOException, InterruptedException {
    long deadlineNanos = clock.nanoTime() + timeout.toNanos();
    if (!threads.readLock().tryLock(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
      return Optional.empty();
    }
    boolean held = false;
    try {
      held = enterShared(deadlineNanos);
    } finally {
      if (!held) {
        threads.readLock().unlock();
      }
    }
    return held ? Optional.of(this::leaveShared) : Optional.empty();
  }

  private synchronized boolean enterShared(long deadlineNanos)
      throws IOException, InterruptedException {
    if (sharedHolders == 0) {
      sharedLock = poll(true, deadlineNanos);
      if (sharedLock == null) {
        return false;
      }
    }
    sharedHolders++;
    return true;
  }

  private void leaveShared() {
    synchronized (this) {
      if (--sharedHolders == 0 && sharedLock != null) {
        release(sharedLock);
        sharedLock = null;
      }
    }
    threads.readLock().unlock();
  }

  /** The exclusive lock, or nothing when it cannot be had within this time. */
  public Optional<Hold> tryExclusive(Duration timeout) throws IOException, InterruptedException {
    long deadlineNanos = clock.nanoTime() + timeout.toNanos();
    if (!threads.writeLock().tryLock(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
      return Optional.empty();
    }
    FileLock lock = null;
    try {
      lock = threads.getWriteHoldCount() == 1 ? poll(false, deadlineNanos) : null;
    } finally {
      if (lock == null) {
        threads.writeLock().unlock();
      }
    }
    FileLock held = lock;
    return held == null ? Optional.empty() : Optional.of(() -> leaveExclusive(held));
  }

  private void leaveExclusive(FileLock lock) {
    release(lock);
    threads.writeLock().unlock();
  }

  /**
   * Polls, because a thread that waits inside the kernel for a lock could not be stopped without
   * closing the channel.
   */
  private @Nullable FileLock poll(boolean shared, long deadlineNanos)
      throws IOException, InterruptedException {
    while (true) {
      FileLock lock = channel.tryLock(0, Long.MAX_VALUE, shared);
      if (lock != null || clock.nanoTime() >= deadlineNanos) {
        return lock;
      }
      clock.sleep(POLL);
    }
  }

  private static void release(FileLock lock) {
    try {
      lock.release();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
