package dev.ramtide.deploy.embedded;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The right to a data directory, from before the first byte of it is touched. Kafka has a lock of
 * its own, but its broker takes it after its controller has opened the metadata log: a second
 * broker that is refused then has done the first one harm already, which from there on answers no
 * request that changes a topic.
 */
final class DirectoryLock implements AutoCloseable {
  private final FileChannel channel;

  private DirectoryLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * @throws IOException another broker has the directory
   */
  static DirectoryLock take(Path directory) throws IOException {
    FileChannel channel =
        FileChannel.open(
            directory.resolve("ramtide.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (tryLock(channel) == null) {
      // The channel stays open: if the broker that has the lock is in this process, closing another
      // descriptor of the
      // file would drop it.
      throw new IOException(
          "another broker is using this directory: "
              + directory
              + ". Stop it, or choose another one");
    }
    return new DirectoryLock(channel);
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null; // A broker of this very process has it.
    }
  }

  /** Gives the directory free. A second call does nothing. */
  @Override
  public void close() throws IOException {
    channel.close();
  }
}
