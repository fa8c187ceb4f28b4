package dev.ramtide.mappedram;

import java.io.IOException;
import java.nio.ByteBuffer;

/** A file that can be read anywhere, so that this room needs no channel. */
public interface PositionalBytes {
  /**
   * Fills {@code into} from position to limit.
   *
   * @throws java.io.EOFException the file ends before that
   */
  void readFully(long fileOffset, ByteBuffer into) throws IOException;

  /** Bytes of the file. */
  long size() throws IOException;
}
