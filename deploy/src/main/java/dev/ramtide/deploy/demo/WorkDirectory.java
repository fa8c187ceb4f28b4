package dev.ramtide.deploy.demo;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where everything of one run is kept; it goes with the run unless somebody wants to look at it.
 */
public final class WorkDirectory {
  private final Path path;
  private final Path scratch;
  private boolean keep;

  private WorkDirectory(Path path, Path scratch, boolean keep) {
    this.path = path;
    this.scratch = scratch;
    this.keep = keep;
  }

  /**
   * @param kept a directory that is empty or not there yet, which stays
   */
  public static WorkDirectory open(Optional<Path> kept) throws IOException {
    if (kept.isEmpty()) {
      Path path = Files.createTempDirectory("ramtide-");
      return new WorkDirectory(path, Files.createDirectory(path.resolve("tmp")), false);
    }
    Path path = Files.createDirectories(kept.get()).toAbsolutePath();
    try (Stream<Path> files = Files.list(path)) {
      if (files.findAny().isPresent()) {
        throw new IOException(path + " is not empty: name a new directory");
      }
    }
    return new WorkDirectory(path, Files.createTempDirectory("ramtide-"), true);
  }

  public Path path() {
    return path;
  }

  /**
   * For the temporary files of processes, which stay behind when they are killed. Its path is
   * short, as sockets need it.
   */
  public Path scratch() {
    return scratch;
  }

  public Path directory(String name) throws IOException {
    return Files.createDirectories(path.resolve(name));
  }

  /** It stays, to be looked at. */
  public void keep() {
    keep = true;
  }

  public boolean isKept() {
    return keep;
  }

  /** Nothing may write into it any more. */
  public void remove() throws IOException {
    delete(scratch);
    if (!keep) {
      delete(path);
    }
  }

  /** Deletes a directory with all that is in it; one that is not there is deleted already. */
  public static void delete(Path directory) throws IOException {
    if (Files.exists(directory)) {
      Files.walkFileTree(directory, new Deletion());
    }
  }

  private static final class Deletion extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.deleteIfExists(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException failure) {
      return FileVisitResult.CONTINUE; // A process that is ending took it away itself.
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
        throws IOException {
      Files.deleteIfExists(directory);
      return FileVisitResult.CONTINUE;
    }
  }
}
