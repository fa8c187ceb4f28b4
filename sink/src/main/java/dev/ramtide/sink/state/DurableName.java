package dev.ramtide.sink.state;

import dev.ramtide.sink.image.PrivateFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;

/**
 * Names that survive a power loss: a rename is on disk only when its directory was forced after it.
 */
public final class DurableName {
  private DurableName() {}

  /**
   * Returns when the new name is on disk; replaces a file, not a directory that holds something.
   */
  public static void move(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    forceDirectory(Objects.requireNonNull(to.toAbsolutePath().getParent()));
  }

  /**
   * Puts a text in the place of a file, for its owner alone: a reader, also after a crash, sees the
   * old or the new.
   */
  public static void replace(Path file, String text) throws IOException {
    Path written = file.resolveSibling("." + file.getFileName() + ".new");
    try (FileChannel channel =
        PrivateFiles.open(
            written,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE,
            StandardOpenOption.DSYNC)) {
      ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
    }
    move(written, file);
  }

  /** Returns when all names in a directory are on disk. */
  public static void forceDirectory(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
