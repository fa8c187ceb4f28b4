package dev.ramtide.sink.state;

import dev.ramtide.checkpoint.VmId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * All directories that a site has of one VM, to be removed. Only what sinks made is: a VM may be
 * called like somebody's home, and a mistyped site is then the directory above it. Looking leaves
 * no trace, not even a lock.
 */
public final class VmImages {
  private final Path site;
  private final List<Path> directories;

  private VmImages(Path site, List<Path> directories) {
    this.site = site;
    this.directories = List.copyOf(directories);
  }

  /**
   * Looks for them.
   *
   * @throws IOException there is no site, or what has the VM's name is not an image alone
   */
  public static VmImages find(Path site, VmId vm) throws IOException {
    if (!Site.isAt(site)) {
      throw new IOException(
          site
              + " is not a directory of images ("
              + (Files.isDirectory(site) ? "no site-id in it" : "there is no such directory")
              + "): give the one that the sinks have as --images");
    }
    List<Path> found = new ArrayList<>();
    for (String ending : List.of("", ".next", ".old")) {
      Path directory = site.resolve(vm.name() + ending);
      // The link itself: one that points nowhere is in the way too.
      if (Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
        requireImage(directory);
        found.add(directory);
      }
    }
    return new VmImages(site, found);
  }

  private static void requireImage(Path directory) throws IOException {
    requireNoLink(directory);
    if (!Files.isDirectory(directory)) {
      throw new IOException(
          "refusing to remove " + directory + ": it is no directory, so no image");
    }
    for (Path entry : below(directory)) {
      if (!ImagePaths.isMadeBySinks(entry)) {
        throw new IOException(
            "refusing to remove "
                + directory
                + ": no sink puts "
                + directory.relativize(entry)
                + " into an image. Is --images right? If so, move that away first");
      }
      requireNoLink(entry);
    }
  }

  /** All that is in it, and links as links. */
  private static List<Path> below(Path directory) throws IOException {
    try (Stream<Path> entries = Files.walk(directory)) {
      return entries.skip(1).sorted().toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** With the link removed its target would stay, and the guest's memory in it. */
  private static void requireNoLink(Path path) throws IOException {
    if (Files.isSymbolicLink(path)) {
      throw new IOException(
          "refusing to remove "
              + path
              + ": it is a symbolic link to "
              + Files.readSymbolicLink(path)
              + ", which would stay. Remove both by hand");
    }
  }

  public List<Path> directories() {
    return directories;
  }

  /**
   * A sink holds the lock of each partition that it fills, a reader that of the image.
   *
   * @throws IOException one does, or this user may not take the locks, so not remove anything
   */
  public void requireUnused(FileGates gates) throws IOException, InterruptedException {
    for (Path directory : directories) {
      requireUnused(new ImagePaths(directory), gates);
    }
  }

  private static void requireUnused(ImagePaths paths, FileGates gates)
      throws IOException, InterruptedException {
    if (!Files.isDirectory(paths.locks())) {
      return;
    }
    for (Path lock : list(paths.locks())) {
      Optional<FileGate.Hold> free = gates.of(lock).tryExclusive(Duration.ZERO);
      if (free.isEmpty()) {
        throw new IOException(
            paths.directory() + " is in use by a sink or a reader (" + lock + "): stop it first");
      }
      free.get().close();
    }
  }

  /** For the holder of the site's lock. */
  void remove() throws IOException {
    for (Path directory : directories) {
      DirectoryTree.delete(directory);
    }
    DurableName.forceDirectory(site);
  }

  private static List<Path> list(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.sorted().toList();
    }
  }
}
