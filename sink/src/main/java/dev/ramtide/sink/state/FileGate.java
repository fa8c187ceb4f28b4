package dev.ramtide.sink.state;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * A lock between processes, and between the threads of one: many shared holders or one exclusive.
 *
 * <p>Between processes it is a POSIX record lock on an empty file, so it ends with its process, and
 * only with it: a process that is stopped keeps it. Within a JVM such locks know no threads and two
 * of them collide, so every inode has one channel and one in-process lock here, whoever asks. Inode
 * and not path: a directory that is renamed keeps its locks.
 *
 * <p>A hold is released by the thread that took it.
 */
public final class FileGate {
  private static final Map<Object, FileGate> OPEN = new HashMap<>();
  private static final long POLL_MS = 5;

  private final Path path;
  private final FileChannel channel;
  // Fair, so that a steady run of readers cannot starve the one who seals.
  private final ReentrantReadWriteLock threads = new ReentrantReadWriteLock(true);
  private int sharedHolders;
  private @Nullable FileLock sharedLock;

  /** A held lock; closing releases it. */
  public interface Hold extends Closeable {
    @Override
    void close();
  }

  private FileGate(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /**
   * The gate of a lock file, which is created when it is missing. Its one descriptor stays open as
   * long as the process: closing it would drop the locks of all threads.
   */
  public static FileGate of(Path path) throws IOException {
    synchronized (OPEN) {
      create(path);
      return opened(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }
  }

  /**
   * The gate for one who only reads, and who may not be able to write, as in a snapshot: the shared
   * lock alone can be had of it then.
   *
   * @return nothing when there is no lock file and none can be made: whoever changes what it guards
   *     makes it first, so this is a copy that nobody changes
   */
  public static Optional<FileGate> forReading(Path path) throws IOException {
    synchronized (OPEN) {
      try {
        return Optional.of(of(path));
      } catch (FileSystemException e) {
        if (Files.exists(path)) {
          return Optional.of(opened(path, StandardOpenOption.READ));
        } else if (Files.notExists(path)) {
          return Optional.empty();
        }
        throw e; // Who may not look cannot know.
      }
    }
  }

  private static FileGate opened(Path path, OpenOption... how) throws IOException {
    Object inode = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    FileGate known = OPEN.get(inode);
    if (known == null) {
      known = new FileGate(path, FileChannel.open(path, how));
      OPEN.put(inode, known);
    }
    return known;
  }

  private static void create(Path path) throws IOException {
    if (!Files.exists(
        path)) { // Never open an existing one here: closing it again would drop our lock.
      Files.createDirectories(path.toAbsolutePath().getParent());
      try {
        Files.createFile(path);
      } catch (FileAlreadyExistsException e) {
        return; // Another process was faster, and the file is all that we wanted.
      }
    }
  }

  /** Waits for the shared lock. */
  public Hold shared() throws IOException, InterruptedException {
    return tryShared(Duration.ofDays(365)).orElseThrow();
  }

  /** The shared lock, or nothing when it cannot be had within this time. */
  public Optional<Hold> tryShared(Duration timeout) throws IOException, InterruptedException {
    long deadlineNanos = System.nanoTime() + timeout.toNanos();
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
    long deadlineNanos = System.nanoTime() + timeout.toNanos();
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
      if (lock != null || System.nanoTime() >= deadlineNanos) {
        return lock;
      }
      Thread.sleep(POLL_MS);
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
