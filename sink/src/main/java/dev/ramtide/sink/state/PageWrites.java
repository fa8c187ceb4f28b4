package dev.ramtide.sink.state;

import dev.ramtide.sink.image.ChannelFile;
import dev.ramtide.sink.image.DirectFile;
import dev.ramtide.sink.image.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/** How the pages of an image go to the disk. */
public enum PageWrites {
  /** Through the system's page cache. */
  BUFFERED {
    @Override
    StorageFile open(Path path, ChannelFile file) {
      return file;
    }
  },

  /** Past it: what is in it of other files stays, see {@link DirectFile}. */
  DIRECT {
    @Override
    StorageFile open(Path path, ChannelFile file) throws IOException {
      return DirectFile.open(path, file);
    }
  };

  /**
   * Opens the pages of an image.
   *
   * @param file the same file, for all else in it; the caller's, to be closed last
   */
  abstract StorageFile open(Path path, ChannelFile file) throws IOException;

  /** Refuses a directory whose file system cannot, before anything is begun in it. */
  public void requirePossible(Path directory) throws IOException {
    Path probe = Files.createTempFile(directory, ".direct-", ".probe");
    try {
      requirePossible(directory, probe);
    } finally {
      Files.deleteIfExists(probe);
    }
  }

  /**
   * @param probe a file that may be written over
   */
  void requirePossible(Path directory, Path probe) throws IOException {
    try (ChannelFile file = ChannelFile.open(probe);
        StorageFile pages = open(probe, file)) {
      pages.writeFully(0, ByteBuffer.allocate(4096)); // Some find out only now that they cannot.
      pages.force();
    } catch (IOException e) {
      throw new IOException(
          "--direct-io needs O_DIRECT, which the file system of "
              + directory
              + " refuses ("
              + Files.getFileStore(directory).type()
              + ": "
              + e.getMessage()
              + "). Leave --direct-io out, or put --images on another one, such as ext4 or XFS",
          e);
    }
  }
}
