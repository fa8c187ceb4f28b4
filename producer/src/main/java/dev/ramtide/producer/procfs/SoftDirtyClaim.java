package dev.ramtide.producer.procfs;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The exclusive use of {@code clear_refs} among our agents: a POSIX lock on that file itself.
 * Nothing is left to clean up, since the kernel drops the lock with its process, even one that was
 * killed, and the file with the QEMU.
 *
 * <p>Two agents meet only if they use the same mount of procfs: containers that each mount their
 * own do not see each other's locks, but neither does such an agent share QEMU's PID namespace.
 */
final class SoftDirtyClaim implements Closeable {
  /**
   * The kernel drops a process's lock when the process closes <em>any</em> descriptor of the file,
   * so a second claim in this process must not even open it.
   */
  private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();

  private static final byte[] CLEAR_SOFT_DIRTY = "4".getBytes(StandardCharsets.US_ASCII);

  private final Path path;
  private final FileChannel channel;
  private boolean closed;

  private SoftDirtyClaim(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  static SoftDirtyClaim of(Path clearRefs) throws IOException {
    Path path = clearRefs.toAbsolutePath().normalize();
    if (!HELD_HERE.add(path)) {
      throw taken(path);
    }
    @Nullable FileChannel channel = null;
    try {
      channel = open(path);
      FileLock lock = channel.tryLock();
      if (lock == null) {
        throw taken(path);
      }
      return new SoftDirtyClaim(path, channel);
    } catch (IOException | RuntimeException e) {
      if (channel != null) {
        channel.close();
      }
      HELD_HERE.remove(path);
      throw e;
    }
  }

  /** The kernel reads the whole word in one write. */
  void clear() throws IOException {
    ByteBuffer word = ByteBuffer.wrap(CLEAR_SOFT_DIRTY);
    if (channel.write(word) != CLEAR_SOFT_DIRTY.length) {
      throw new IOException(path + " took nothing");
    }
  }

  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    try {
      channel.close();
    } finally {
      HELD_HERE.remove(path);
    }
  }

  private static FileChannel open(Path path) throws IOException {
    try {
      return FileChannel.open(path, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw ProcAccess.explained(path, e);
    }
  }

  private static UnsuitableHostException taken(Path path) {
    return new UnsuitableHostException(
        "another Ramtide agent uses the soft-dirty bits of this process ("
            + path
            + "): two would each lose what the other cleared; stop one, or run it in another mode");
  }
}
