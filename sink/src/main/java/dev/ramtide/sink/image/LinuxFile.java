package dev.ramtide.sink.image;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Platform;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What Linux can do with a file and Java has no call for: give a region's blocks back ({@code
 * fallocate}), and begin to write to disk what will be forced later ({@code sync_file_range}).
 *
 * <p>Java hides its file descriptors, so it is here that the file is opened, and made, by its name;
 * see {@link Descriptor}. Nothing locks this file, so closing that descriptor drops no lock.
 */
final class LinuxFile {
  /** For files that are only read, and for systems without the calls. */
  static final LinuxFile UNSUPPORTED = new LinuxFile(-1);

  private static final int KEEP_SIZE = 1;
  private static final int PUNCH_HOLE = 2;
  private static final int NOT_SUPPORTED = 95;
  private static final int START_WRITING = 2;

  private final int descriptor;
  private final AtomicBoolean open;
  private volatile boolean supported;

  private LinuxFile(int descriptor) {
    this.descriptor = descriptor;
    this.supported = descriptor >= 0;
    this.open = new AtomicBoolean(supported);
  }

  /** Opens for reading and writing; makes the file when it is missing, for its owner alone. */
  static LinuxFile open(Path path) throws IOException {
    if (path.getFileSystem() != FileSystems.getDefault()
        || !Platform.isLinux()
        || !Platform.is64Bit()) {
      return UNSUPPORTED; // Of no kernel, or of one that is not known here.
    }
    return new LinuxFile(Descriptor.open(path, Descriptor.READ_WRITE_CREATE));
  }

  /** Of the same file as this one, if there is one. */
  Optional<FileChannel> channel(OpenOption... how) throws IOException {
    if (!open.get()) {
      return Optional.empty();
    }
    try {
      return Optional.of(FileChannel.open(Descriptor.name(descriptor), how));
    } catch (NoSuchFileException e) {
      throw new IOException("/proc must be mounted, and is not: " + e.getMessage(), e);
    }
  }

  /** Negative when there is none; stays ours. */
  int descriptor() {
    return descriptor;
  }

  /** Punches the region; false when this file system cannot, and the caller must write zeros. */
  boolean punch(long fileOffset, long bytes) throws IOException {
    if (!supported) {
      return false;
    }
    try {
      C.LIBRARY.fallocate(descriptor, KEEP_SIZE | PUNCH_HOLE, fileOffset, bytes);
      return true;
    } catch (LastErrorException e) {
      if (e.getErrorCode() == NOT_SUPPORTED) {
        supported = false;
        return false;
      }
      throw new IOException(
          "punching " + bytes + " bytes at " + fileOffset + ": " + e.getMessage(), e);
    }
  }

  /**
   * Begins to write all that is dirty, and does not wait for it. Only a hint: what it does not do,
   * or what fails, the next force does or tells.
   */
  void startWriting() {
    if (open.get()) {
      try {
        C.LIBRARY.sync_file_range(descriptor, 0, 0, START_WRITING);
      } catch (LastErrorException e) {
        // The force will say so.
      }
    }
  }

  /** Closes once: the number may by then be another file's, and closing that would drop locks. */
  void close() {
    supported = false;
    if (open.getAndSet(false)) {
      Descriptor.close(descriptor);
    }
  }

  /** The C library; the names are its own. */
  private interface C extends Library {
    C LIBRARY = Native.load("c", C.class);

    int fallocate(int descriptor, int mode, long offset, long length) throws LastErrorException;

    int sync_file_range(int descriptor, long offset, long length, int flags)
        throws LastErrorException;
  }
}
