package dev.ramtide.sink.image;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.Set;

/**
 * Files and directories for their owner alone, whatever the umask: a guest's memory holds keys and
 * passwords. And only where they seem to be: through a symbolic link somebody else could have them
 * written elsewhere, with the rights of the sink.
 */
public final class PrivateFiles {
  private static final FileAttribute<?> FILE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
  private static final FileAttribute<?> DIRECTORY =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

  private PrivateFiles() {}

  /** Opens a file; one that is made is its owner's. */
  public static FileChannel open(Path path, OpenOption... how) throws IOException {
    Set<OpenOption> options = new HashSet<>(Set.of(how));
    options.add(LinkOption.NOFOLLOW_LINKS);
    try {
      return FileChannel.open(path, options, FILE);
    } catch (IOException e) {
      requireNoLink(path);
      throw e;
    }
  }

  /** Makes an empty file. */
  public static void create(Path path) throws IOException {
    Files.createFile(path, FILE);
  }

  /** Makes a directory and those above it; what is there stays as it is. */
  public static void createDirectories(Path directory) throws IOException {
    Files.createDirectories(directory, DIRECTORY);
  }

  /** Makes a directory that must not be there. */
  public static Path createDirectory(Path directory) throws IOException {
    return Files.createDirectory(directory, DIRECTORY);
  }

  /**
   * @throws IOException it is a symbolic link; the message says what to do instead
   */
  public static void requireNoLink(Path path) throws IOException {
    if (Files.isSymbolicLink(path)) {
      throw new IOException(
          path
              + " is a symbolic link to "
              + Files.readSymbolicLink(path)
              + ": nothing of a guest is written through one. Mount there what shall be there, or name the real place");
    }
  }
}
