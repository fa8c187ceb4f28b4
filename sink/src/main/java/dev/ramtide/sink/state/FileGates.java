package dev.ramtide.sink.state;

import dev.ramtide.sink.image.PrivateFiles;
import dev.ramtide.time.MonotonicClock;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The gates of one process, one for each inode, whoever asks. Inode and not path: a directory that
 * is renamed keeps its locks.
 *
 * <p>A POSIX lock belongs to a process and is gone as soon as any descriptor of its file is closed
 * there, so a process has one of these, and the descriptors stay open as long as it. Thread-safe.
 */
public final class FileGates {
  public static final FileGates OF_THIS_PROCESS = new FileGates(MonotonicClock.SYSTEM);

  private final Map<Object, FileGate> open = new HashMap<>();
  private final MonotonicClock clock;

  /** For a process that is only simulated; a real one has {@link #OF_THIS_PROCESS}. */
  public FileGates(MonotonicClock clock) {
    this.clock = clock;
  }

  MonotonicClock clock() {
    return clock;
  }

  /** The gate of a lock file, which is created when it is missing. */
  public synchronized FileGate of(Path path) throws IOException {
    create(path);
    return opened(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  /**
   * The gate for one who only reads, and who may not be able to write, as in a snapshot: the shared
   * lock alone can be had of it then.
   *
   * @return nothing when there is no lock file and none can be made: whoever changes what it guards
   *     makes it first, so this is a copy that nobody changes
   */
  public synchronized Optional<FileGate> forReading(Path path) throws IOException {
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

  private FileGate opened(Path path, OpenOption... how) throws IOException {
    Object inode = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    FileGate known = open.get(inode);
    if (known == null) {
      known = new FileGate(path, inode, PrivateFiles.open(path, how), clock);
      open.put(inode, known);
    }
    return known;
  }

  private static void create(Path path) throws IOException {
    if (!Files.exists(
        path)) { // Never open an existing one here: closing it again would drop our lock.
      PrivateFiles.createDirectories(Objects.requireNonNull(path.toAbsolutePath().getParent()));
      try {
        PrivateFiles.create(path);
      } catch (FileAlreadyExistsException e) {
        return; // Another process was faster, and the file is all that we wanted.
      }
    }
  }
}
