package dev.ramtide.sink.seal;

import dev.ramtide.sink.image.FileClone;
import dev.ramtide.sink.image.PrivateFiles;
import dev.ramtide.sink.state.ControlFile;
import dev.ramtide.sink.state.DirectoryTree;
import dev.ramtide.sink.state.DurableName;
import dev.ramtide.sink.state.FileGate;
import dev.ramtide.sink.state.ImagePaths;
import dev.ramtide.sink.state.OpenImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Copies of the newest sealed images that nobody changes any more: what a QEMU can be pointed at by
 * hand while sinks run.
 *
 * <pre>
 *   kept/.0000000042.new/   being made; what a crash leaves goes with the next copy
 *   kept/0000000042/        ram.img, checkpoint.json: complete and on disk
 * </pre>
 *
 * The copies share their blocks with the image as long as these do not change.
 */
@SuppressWarnings("try") // A held lock is closed, and not looked at.
public final class KeptCopies {
  /** Anything else in there is somebody else's. */
  private static final Pattern COPY = Pattern.compile("\\d{10}");

  private static final Pattern UNFINISHED = Pattern.compile("\\.\\d{10}\\.new");
  private static final Duration PATIENCE = Duration.ofMillis(200);

  private final int count;
  private final Copier copier;

  /** How a file is copied without copying its blocks. */
  public interface Copier {
    /**
     * @return false when this file system cannot
     */
    boolean copy(Path from, Path to) throws IOException;
  }

  /**
   * @param count how many stay; 0 keeps none and removes none
   */
  public KeptCopies(int count, Copier copier) {
    if (count < 0) {
      throw new IllegalArgumentException(count + " copies to keep");
    }
    this.count = count;
    this.copier = copier;
  }

  public static KeptCopies reflinks(int count) {
    return new KeptCopies(count, FileClone::copy);
  }

  /**
   * Refuses a directory whose file system cannot: a full copy of every checkpoint would cost what
   * nobody asked for.
   */
  public void requirePossible(Path directory) throws IOException {
    if (count == 0) {
      return;
    }
    Path from = Files.createTempFile(directory, ".reflink-", ".from");
    Path to = from.resolveSibling(from.getFileName() + ".to");
    try {
      Files.write(from, new byte[4096]);
      if (!copier.copy(from, to)) {
        throw new IOException(
            "--keep-sealed needs reflink copies, which the file system of "
                + directory
                + " cannot make ("
                + Files.getFileStore(directory).type()
                + "). Put --images on XFS (mkfs.xfs -m reflink=1) or btrfs, or leave --keep-sealed out:"
                + " older checkpoints can be restored from the log");
      }
    } finally {
      Files.deleteIfExists(from);
      Files.deleteIfExists(to);
    }
  }

  /**
   * Makes the copy of a sealed image, if there is none yet, and removes those that are too many.
   *
   * @return false when the image's gate is held, or another process is at it: ask again
   * @throws IOException also when the file system cannot
   */
  public boolean keep(OpenImage image, long checkpoint) throws IOException, InterruptedException {
    ImagePaths paths = image.paths();
    if (count == 0) {
      return true;
    }
    Optional<FileGate.Hold> only = image.keptGate().tryExclusive(Duration.ZERO);
    if (only.isEmpty()) {
      return false;
    }
    try (FileGate.Hold held = only.get()) {
      PrivateFiles.createDirectories(paths.kept());
      PrivateFiles.requireNoLink(paths.kept());
      removeUnfinished(paths);
      removeOldest(paths); // Also before: fewer may be wanted now, and the disk be full.
      boolean made = Files.exists(paths.kept(checkpoint)) || make(image, checkpoint);
      if (made) {
        removeOldest(paths);
      }
      return made;
    }
  }

  private boolean make(OpenImage image, long checkpoint) throws IOException, InterruptedException {
    ImagePaths paths = image.paths();
    Path unfinished = unfinished(paths, checkpoint);
    Optional<FileGate.Hold> hold = image.gate().tryShared(PATIENCE);
    if (hold.isEmpty()) {
      return false;
    }
    // As long as the shared lock is held no sealer begins the next checkpoint.
    try (FileGate.Hold held = hold.get()) {
      boolean sealed = ControlFile.sealedCheckpoint(paths).equals(Optional.of(checkpoint));
      if (!sealed || !new ImageComposer(image.ram(), image.layout()).hasMagic()) {
        return true; // It went on meanwhile, or began to: this one is not to be had any more.
      }
      copy(paths, new ImagePaths(PrivateFiles.createDirectory(unfinished)));
    }
    DurableName.move(unfinished, paths.kept(checkpoint));
    return true;
  }

  private void copy(ImagePaths from, ImagePaths to) throws IOException {
    try {
      if (!copier.copy(from.ram(), to.ram())) {
        throw new IOException(
            "no reflink copy of " + from.ram() + ": its file system cannot any more");
      }
      DurableName.replace(to.checkpointJson(), Files.readString(from.checkpointJson()));
    } catch (IOException e) {
      DirectoryTree.delete(to.directory()); // On a full disk it would keep old blocks alive.
      throw e;
    }
  }

  private static Path unfinished(ImagePaths paths, long checkpoint) {
    return paths.kept().resolve("." + paths.kept(checkpoint).getFileName() + ".new");
  }

  private static void removeUnfinished(ImagePaths paths) throws IOException {
    for (Path path : list(paths)) {
      if (UNFINISHED.matcher(path.getFileName().toString()).matches()) {
        DirectoryTree.delete(path);
      }
    }
  }

  private void removeOldest(ImagePaths paths) throws IOException {
    List<Long> oldestFirst = kept(paths);
    for (long surplus : oldestFirst.subList(0, Math.max(0, oldestFirst.size() - count))) {
      // Under another name first: half of a copy must not look like one.
      Path leaving = unfinished(paths, surplus);
      DurableName.move(paths.kept(surplus), leaving);
      DirectoryTree.delete(leaving);
    }
  }

  /** The checkpoints of which there are copies, oldest first. */
  public static List<Long> kept(ImagePaths paths) throws IOException {
    if (!Files.isDirectory(paths.kept())) {
      return List.of();
    }
    return list(paths).stream()
        .map(path -> path.getFileName().toString())
        .filter(name -> COPY.matcher(name).matches())
        .map(Long::parseLong)
        .sorted()
        .toList();
  }

  private static List<Path> list(ImagePaths paths) throws IOException {
    try (Stream<Path> all = Files.list(paths.kept())) {
      return all.toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }
}
