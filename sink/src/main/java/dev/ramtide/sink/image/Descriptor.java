package dev.ramtide.sink.image;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Platform;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A file of Linux' own, opened once more by its name beside a channel of Java's, which hides its
 * descriptor. So between the two somebody might put a symbolic link in its place: it is not
 * followed.
 */
final class Descriptor {
  static final int READ = 0;
  static final int WRITE = 1;
  static final int READ_WRITE = 2;

  private static final int CLOSE_ON_EXEC = 0x80000;

  /** Linux gave this bit another meaning where ARM and POWER had one of their own already. */
  private static final int NO_FOLLOW = Platform.isARM() || Platform.isPPC() ? 0x8000 : 0x20000;

  private Descriptor() {}

  /**
   * @param access one of the constants above
   * @throws IOException also when the last part of the path is a symbolic link
   */
  static int open(Path path, int access) throws IOException {
    try {
      return C.LIBRARY.open(path.toString(), access | CLOSE_ON_EXEC | NO_FOLLOW);
    } catch (LastErrorException e) {
      PrivateFiles.requireNoLink(path);
      throw new IOException(path + " cannot be opened: " + e.getMessage(), e);
    }
  }

  static void close(int descriptor) {
    C.LIBRARY.close(descriptor);
  }

  /** The C library; the names are its own. */
  private interface C extends Library {
    C LIBRARY = Native.load("c", C.class);

    int open(String path, int flags) throws LastErrorException;

    int close(int descriptor);
  }
}
