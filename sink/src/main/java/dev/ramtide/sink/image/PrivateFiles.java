package dev.ramtide.sink.image;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
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
  private static final Set<PosixFilePermission> OF_OTHERS =
      PosixFilePermissions.fromString("------rwx");

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
   * Whether other users may look at what is in a directory, or change it; of its group only the
   * latter counts. Not when one of those above it does not let them in.
   *
   * @return its permissions if it is so, such as {@code rwxr-xr-x}
   */
  public static Optional<String> openToOthers(Path directory) throws IOException {
    return openToOthers(directory, directory.toRealPath().getRoot());
  }

  /**
   * @param top what is above this one is not looked at
   */
  static Optional<String> openToOthers(Path directory, Path top) throws IOException {
    if (!directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      return Optional.empty();
    }
    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(directory);
    List<Set<PosixFilePermission>> above = above(directory.toRealPath(), top.toRealPath());
    boolean open =
        permissions.stream().anyMatch(OF_OTHERS::contains)
                && above.stream().allMatch(PrivateFiles::letsOthersIn)
            || permissions.contains(PosixFilePermission.GROUP_WRITE)
                && above.stream().allMatch(PrivateFiles::letsGroupIn);
    return open ? Optional.of(PosixFilePermissions.toString(permissions)) : Optional.empty();
  }

  private static List<Set<PosixFilePermission>> above(Path directory, Path top) throws IOException {
    List<Set<PosixFilePermission>> above = new ArrayList<>();
    for (Path at = directory; !at.equals(top) && at.getParent() != null; ) {
      at = at.getParent();
      above.add(Files.getPosixFilePermissions(at));
    }
    return above;
  }

  private static boolean letsOthersIn(Set<PosixFilePermission> permissions) {
    return permissions.contains(PosixFilePermission.OTHERS_EXECUTE);
  }

  /** It may be another group, to which those of the directory's own are others or belong too. */
  private static boolean letsGroupIn(Set<PosixFilePermission> permissions) {
    return letsOthersIn(permissions) || permissions.contains(PosixFilePermission.GROUP_EXECUTE);
  }

  /** Whether we may change its permissions. Who we are a system without names for users knows. */
  public static boolean isOurs(Path directory) throws IOException {
    return Files.getOwner(directory).equals(Files.getOwner(Path.of("/proc/self")));
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
