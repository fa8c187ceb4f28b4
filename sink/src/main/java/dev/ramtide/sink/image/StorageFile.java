package dev.ramtide.sink.image;

import dev.ramtide.mappedram.PositionalBytes;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A file that is read and written at given places.
 *
 * <p>The door between Ramtide and the disk: everything that image, states and control promise after
 * a crash is built on these calls alone. What was written is certain to survive only after {@link
 * #force}; before it any part, in any order, may or may not.
 *
 * <p>Thread-safe: calls on different places do not disturb each other.
 */
public interface StorageFile extends PositionalBytes, Closeable {
  /** Writes all that remains in {@code from}; the file grows as needed. */
  void writeFully(long fileOffset, ByteBuffer from) throws IOException;

  /**
   * Makes a region read as zeros; gives its blocks back where the file system can. Never changes
   * the size.
   */
  void erase(long fileOffset, long bytes) throws IOException;

  /** Cuts the file or lets it grow (by a hole) to exactly this size. */
  void resize(long fileBytes) throws IOException;

  /** Returns when everything written so far is on disk (fdatasync). */
  void force() throws IOException;
}
