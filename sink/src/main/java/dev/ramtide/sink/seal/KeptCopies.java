package dev.ramtide.sink.seal;

import dev.ramtide.sink.image.FileClone;
import dev.ramtide.sink.state.ControlFile;
import dev.ramtide.sink.state.DirectoryTree;
import dev.ramtide.sink.state.DurableName;
import dev.ramtide.sink.state.FileGate;
import dev.ramtide.sink.state.ImagePaths;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
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
  private static final Pattern COPY = Pattern.compile("\\d{10,19}");
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
  public boolean keep(ImagePaths paths, long checkpoint) throws IOException, InterruptedException {
    if (count == 0) {
      return true;
    }
    Optional<FileGate.Hold> only =
        FileGate.of(paths.locks().resolve("kept.lock")).tryExclusive(Duration.ZERO);
    if (only.isEmpty()) {
      return false;
    }
    try (FileGate.Hold held = only.get()) {
      Files.createDirectories(paths.kept());
      removeUnfinished(paths);
      boolean made = Files.exists(paths.kept(checkpoint)) || make(paths, checkpoint);
      if (made) {
        removeOldest(paths);
      }
      return made;
    }
  }

  private boolean make(ImagePaths paths, long checkpoint) throws IOException, InterruptedException {
    Path unfinished = paths.kept().resolve("." + paths.kept(checkpoint).getFileName() + ".new");
    FileGate gate = FileGate.of(paths.controlLock());
    Optional<FileGate.Hold> hold = gate.tryShared(PATIENCE);
    if (hold.isEmpty()) {
      return false;
    }
    // As long as the shared lock is held no sealer begins the next checkpoint.
    try (FileGate.Hold held = hold.get()) {
      if (!ControlFile.sealedCheckpoint(paths).equals(Optional.of(checkpoint))) {
        return true; // It went on meanwhile: this one is not to be had any more.
      }
      ImagePaths copy = new ImagePaths(Files.createDirectory(unfinished));
      if (!copier.copy(paths.ram(), copy.ram())) {
        throw new IOException(
            "no reflink copy of " + paths.ram() + ": its file system cannot any more");
      }
      DurableName.replace(copy.checkpointJson(), Files.readString(paths.checkpointJson()));
    }
    DurableName.move(unfinished, paths.kept(checkpoint));
    return true;
  }

  private static void removeUnfinished(ImagePaths paths) throws IOException {
    for (Path path : list(paths)) {
      String name = path.getFileName().toString();
      if (name.startsWith(".") && name.endsWith(".new")) {
        DirectoryTree.delete(path);
      }
    }
  }

  private void removeOldest(ImagePaths paths) throws IOException {
    List<Path> newestFirst = new ArrayList<>(copies(paths));
    newestFirst.sort(Comparator.reverseOrder());
    for (Path surplus :
        newestFirst.subList(Math.min(count, newestFirst.size()), newestFirst.size())) {
      // Under another name first: half of a copy must not look like one.
      Path leaving = paths.kept().resolve("." + surplus.getFileName() + ".new");
      DurableName.move(surplus, leaving);
      DirectoryTree.delete(leaving);
    }
  }

  private static List<Path> copies(ImagePaths paths) throws IOException {
    return list(paths).stream()
        .filter(path -> COPY.matcher(path.getFileName().toString()).matches())
        .toList();
  }

  /** The checkpoints of which there are copies, oldest first. */
  public static List<Long> kept(ImagePaths paths) throws IOException {
    if (!Files.isDirectory(paths.kept())) {
      return List.of();
    }
    return copies(paths).stream()
        .map(path -> Long.parseLong(path.getFileName().toString()))
        .sorted()
        .toList();
  }

  private static List<Path> list(ImagePaths paths) throws IOException {
    try (Stream<Path> all = Files.list(paths.kept())) {
      return all.toList();
    }
  }
}
