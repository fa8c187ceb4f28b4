package dev.ramtide.sink.restore;

import dev.ramtide.sink.image.ChannelFile;
import dev.ramtide.sink.state.DirectoryTree;
import dev.ramtide.sink.state.ImagePaths;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A directory in which an image is made, for its owner alone, and which nothing is left of: not
 * after a failure, not after Ctrl-C. One owner thread.
 */
public final class ScratchImage implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(ScratchImage.class);

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
    return new ScratchImage(
        Files.createTempDirectory(parent, "." + output.getFileName() + ".restoring-"));
  }

  /** Somewhere in a directory, to be read and forgotten. */
  public static ScratchImage in(Path parent) throws IOException {
    return new ScratchImage(Files.createTempDirectory(parent, ".ramtide-restoring-"));
  }

  ImagePaths paths() {
    return new ImagePaths(directory);
  }

  /** Gives the finished image its name; it and its name are on disk then. */
  public void moveTo(Path output) throws IOException {
    Files.move(
        paths().ram(), output, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    ChannelFile.forceDirectory(Objects.requireNonNull(output.toAbsolutePath().getParent()));
  }

  private static void removeOnExit(Path work) {
    try {
      DirectoryTree.delete(work);
    } catch (IOException e) {
      LOG.atWarn()
          .addKeyValue("directory", work)
          .log("a restore was broken off and its files could not be removed");
    }
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
