package dev.ramtide.sink.restore;

import dev.ramtide.sink.image.ChannelFile;
import dev.ramtide.sink.state.DirectoryTree;
import dev.ramtide.sink.state.ImagePaths;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A directory in which an image is made, for its owner alone, and which nothing is left of: not
 * after a failure, not after Ctrl-C. One owner thread.
 */
public final class ScratchImage implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(ScratchImage.class);

  private static final int REMOVALS = 5;
  private static final long OWNER_NOTICES_MS = 20;

  private final Path directory;
  private final Thread removal;

  private ScratchImage(Path directory) {
    this.directory = directory;
    this.removal = new Thread(() -> removeOnExit(directory), "restore-removal");
    Runtime.getRuntime().addShutdownHook(removal); // Ctrl-C leaves nothing behind either.
  }

  /** Beside a file that it shall become by rename. */
  public static ScratchImage beside(Path output) throws IOException {
    Path parent = Objects.requireNonNull(output.toAbsolutePath().getParent());
    String prefix = "." + output.getFileName() + ".restoring-";
    try (Stream<Path> all = Files.list(parent)) {
      all.filter(path -> String.valueOf(path.getFileName()).startsWith(prefix))
          .forEach(ScratchImage::warnOfLeftover);
    }
    return new ScratchImage(Files.createTempDirectory(parent, prefix));
  }

  private static void warnOfLeftover(Path directory) {
    LOG.atWarn()
        .addKeyValue("directory", directory)
        .log(
            "guest memory of another restore to this name: remove the directory, unless that restore still runs");
  }

  /** Somewhere in a directory, to be read and forgotten. */
  public static ScratchImage in(Path parent) throws IOException {
    return new ScratchImage(Files.createTempDirectory(parent, ".ramtide-restoring-"));
  }

  ImagePaths paths() {
    return new ImagePaths(directory);
  }

  /**
   * Gives the finished image its name; it and its name are on disk then.
   *
   * @throws FileAlreadyExistsException somebody made one of that name meanwhile; it stays
   */
  public void moveTo(Path output) throws IOException {
    try {
      Files.createLink(output, paths().ram()); // A rename would replace what is there.
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (FileSystemException | UnsupportedOperationException e) { // No hard links here.
      if (Files.exists(output, LinkOption.NOFOLLOW_LINKS)) {
        throw new FileAlreadyExistsException(output.toString());
      }
      Files.move(paths().ram(), output, StandardCopyOption.ATOMIC_MOVE);
    }
    forceNameOf(output);
  }

  /** As {@link #moveTo}, in the place of a file that may be there. */
  public void replace(Path output) throws IOException {
    Files.move(
        paths().ram(), output, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    forceNameOf(output);
  }

  private static void forceNameOf(Path output) throws IOException {
    ChannelFile.forceDirectory(Objects.requireNonNull(output.toAbsolutePath().getParent()));
  }

  /** Again and again: its owner does not know yet, and may make one more file in it. */
  private static void removeOnExit(Path work) {
    Exception last = new IOException("it comes back");
    for (int time = 0; time < REMOVALS; time++) {
      try {
        DirectoryTree.delete(work);
        Thread.sleep(OWNER_NOTICES_MS);
        if (!Files.exists(work)) {
          return;
        }
      } catch (IOException | UncheckedIOException e) {
        last = e;
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
    LOG.atWarn()
        .addKeyValue("directory", work)
        .addKeyValue("reason", last)
        .log(
            "a restore was broken off and its files could not be removed: guest memory is in them");
  }

  @Override
  public void close() throws IOException {
    DirectoryTree.delete(directory);
    try {
      Runtime.getRuntime().removeShutdownHook(removal);
    } catch (IllegalStateException e) {
      LOG.debug("the process ends, and the hook does what is left");
    }
  }
}
