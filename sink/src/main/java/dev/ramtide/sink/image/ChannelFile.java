package dev.ramtide.sink.image;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A {@link StorageFile} on a local or network file system. Never interrupt a thread inside: that
 * closes the channel.
 */
public final class ChannelFile implements StorageFile {
  /**
   * Below this, writing zeros is cheaper than a punch (about 94 µs against 3 µs for one page,
   * measured on ext4).
   */
  static final int PUNCH_AT_LEAST_BYTES = 64 * 1024;

  /**
   * Linux leaves what is written in memory for half a minute, and whoever forces it then waits for
   * all of it. Begun so often, the disk works while the next pages come.
   */
  private static final long START_WRITING_EVERY_BYTES = 8 << 20;

  private static final ByteBuffer ZEROS =
      ByteBuffer.allocateDirect(PUNCH_AT_LEAST_BYTES).asReadOnlyBuffer();

  private final Path path;
  private final FileChannel channel;
  private final LinuxFile linux;
  private final AtomicLong notStartedBytes = new AtomicLong();

  private ChannelFile(Path path, FileChannel channel, LinuxFile linux) {
    this.path = path;
    this.channel = channel;
    this.linux = linux;
  }

  /**
   * Opens for reading and writing; creates it when it is missing, for its owner alone: guest memory
   * holds secrets. Not through a symbolic link.
   */
  public static ChannelFile open(Path path) throws IOException {
    LinuxFile linux = LinuxFile.open(path);
    try {
      return new ChannelFile(path, channel(path, linux), linux);
    } catch (IOException | RuntimeException e) {
      linux.close();
      throw e;
    }
  }

  private static FileChannel channel(Path path, LinuxFile linux) throws IOException {
    Optional<FileChannel> same = linux.channel(StandardOpenOption.READ, StandardOpenOption.WRITE);
    return same.isPresent()
        ? same.get()
        : PrivateFiles.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  /** One more channel of this file; of one that is only read, by its name. */
  FileChannel openAgain(OpenOption... how) throws IOException {
    Optional<FileChannel> same = linux.channel(how);
    return same.isPresent() ? same.get() : PrivateFiles.open(path, how);
  }

  /** Of Linux; negative when there is none. Stays ours. */
  int descriptor() {
    return linux.descriptor();
  }

  /** Opens an existing file for reading only. */
  public static ChannelFile openForReading(Path path) throws IOException {
    return new ChannelFile(
        path, FileChannel.open(path, StandardOpenOption.READ), LinuxFile.UNSUPPORTED);
  }

  /** Returns when a directory's names are on disk: a rename survives a crash only then. */
  public static void forceDirectory(Path directory) throws IOException {
    try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
      names.force(true);
    }
  }

  @Override
  public void readFully(long fileOffset, ByteBuffer into) throws IOException {
    long at = fileOffset;
    while (into.hasRemaining()) {
      int count = channel.read(into, at);
      if (count < 0) {
        throw new EOFException(
            path + " ends at " + at + ", " + into.remaining() + " more bytes were expected");
      }
      at += count;
    }
  }

  @Override
  public long size() throws IOException {
    return channel.size();
  }

  @Override
  public void writeFully(long fileOffset, ByteBuffer from) throws IOException {
    long at = fileOffset;
    while (from.hasRemaining()) {
      at += channel.write(from, at);
    }
    if (notStartedBytes.addAndGet(at - fileOffset) >= START_WRITING_EVERY_BYTES) {
      notStartedBytes.set(0);
      linux.startWriting();
    }
  }

  @Override
  public void erase(long fileOffset, long bytes) throws IOException {
    long end = Math.min(fileOffset + bytes, channel.size());
    if (end <= fileOffset) {
      return; // Beyond the end there is nothing: it will read as zeros when the file grows.
    }
    if (end - fileOffset >= PUNCH_AT_LEAST_BYTES && linux.punch(fileOffset, end - fileOffset)) {
      return;
    }
    for (long at = fileOffset; at < end; at += ZEROS.capacity()) {
      writeFully(at, ZEROS.duplicate().limit((int) Math.min(ZEROS.capacity(), end - at)));
    }
  }

  @Override
  public void resize(long fileBytes) throws IOException {
    long size = channel.size();
    if (size > fileBytes) {
      channel.truncate(fileBytes);
    } else if (size < fileBytes) {
      // One byte at the new end makes the file grow by a hole.
      writeFully(fileBytes - 1, ByteBuffer.allocate(1));
    }
  }

  @Override
  public void force() throws IOException {
    channel.force(false);
  }

  @Override
  public void close() throws IOException {
    linux.close();
    channel.close();
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
