package dev.ramtide.sink.state;

import dev.ramtide.time.MonotonicClock;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
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
  private final @Nullable Object inode;
  private final FileChannel channel;
  private final MonotonicClock clock;
  // Fair, so that a steady run of readers cannot starve the one who seals.
  private final ReentrantReadWriteLock threads = new ReentrantReadWriteLock(true);
  private int holders;
  private @Nullable FileLock lock;

  /** A held lock; closing releases it. */
  public interface Hold extends Closeable {
    @Override
    void close();
  }

  /**
   * @param channel the only one that this process has of the file
   */
  FileGate(Path path, @Nullable Object inode, FileChannel channel, MonotonicClock clock) {
    this.path = path;
    this.inode = inode;
    this.channel = channel;
    this.clock = clock;
  }

  /** Whether this is what a path leads to; a lock file that was made anew has another gate. */
  boolean isAt(Path lock) throws IOException {
    return Objects.equals(inode, Files.readAttributes(lock, BasicFileAttributes.class).fileKey());
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
    return enter(true, threads.readLock(), deadlineNanos);
  }

  /** The exclusive lock, or nothing when it cannot be had within this time. */
  public Optional<Hold> tryExclusive(Duration timeout) throws IOException, InterruptedException {
    long deadlineNanos = clock.nanoTime() + timeout.toNanos();
    if (!threads.writeLock().tryLock(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
      return Optional.empty();
    }
    if (threads.getWriteHoldCount() > 1) {
      threads.writeLock().unlock();
      return Optional.empty();
    }
    return enter(false, threads.writeLock(), deadlineNanos);
  }

  /**
   * Polls, because a thread that waits inside the kernel for a lock could not be stopped without
   * closing the channel. Between two looks it holds nothing that another thread would wait for.
   */
  private Optional<Hold> enter(boolean shared, Lock ofThread, long deadlineNanos)
      throws IOException, InterruptedException {
    boolean entered = false;
    try {
      entered = tryEnter(shared);
      while (!entered && clock.nanoTime() < deadlineNanos) {
        clock.sleep(POLL);
        entered = tryEnter(shared);
      }
    } finally {
      if (!entered) {
        ofThread.unlock();
      }
    }
    return entered ? Optional.of(new Held(ofThread)) : Optional.empty();
  }

  /** The threads that share it share one lock of the process. */
  private synchronized boolean tryEnter(boolean shared) throws IOException {
    if (lock == null) {
      lock = channel.tryLock(0, Long.MAX_VALUE, shared);
    }
    if (lock == null) {
      return false;
    }
    holders++;
    return true;
  }

  private synchronized void leave() {
    holders--;
    if (holders == 0 && lock != null) {
      release(lock);
      lock = null;
    }
  }

  private static void release(FileLock lock) {
    try {
      lock.release();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Closed twice, or by another thread, it must not open the gate under somebody else. */
  private final class Held implements Hold {
    private final Thread owner = Thread.currentThread();
    private final Lock ofThread;
    private boolean open = true;

    Held(Lock ofThread) {
      this.ofThread = ofThread;
    }

    @Override
    public void close() {
      if (Thread.currentThread() != owner) {
        throw new IllegalStateException(path + " is held by the thread " + owner.getName());
      }
      if (open) {
        open = false;
        leave();
        ofThread.unlock();
      }
    }
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
