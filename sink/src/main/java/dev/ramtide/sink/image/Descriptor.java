package dev.ramtide.sink.image;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Platform;
import java.io.IOException;
import java.nio.file.Path;

/**
 * A file of Linux' own. Java hides the descriptors of its channels, so the file is opened here,
 * once by its name, and Java's channels are opened of the descriptor: by the name they might get
 * another file, which somebody has put in its place meanwhile. A hole punched in one file and bytes
 * written to another would be wrong pages.
 */
final class Descriptor {
  static final int READ = 0;
  static final int READ_WRITE_CREATE = 2 | 0x40;

  private static final int OWNERS_ALONE = 0600;
  private static final int CLOSE_ON_EXEC = 0x80000;

  /** Linux gave this bit another meaning where ARM and POWER had one of their own already. */
  private static final int NO_FOLLOW = Platform.isARM() || Platform.isPPC() ? 0x8000 : 0x20000;

  private Descriptor() {}

  /**
   * @param access one of the constants above; what is made is its owner's alone
   * @throws IOException also when the last part of the path is a symbolic link
   */
  static int open(Path path, int access) throws IOException {
    try {
      return C.LIBRARY.open(path.toString(), access | CLOSE_ON_EXEC | NO_FOLLOW, OWNERS_ALONE);
    } catch (LastErrorException e) {
      PrivateFiles.requireNoLink(path);
      throw new IOException(path + " cannot be opened: " + e.getMessage(), e);
    }
  }

  /** A name of the very file that is open, whatever became of the one that it was opened by. */
  static Path name(int descriptor) {
    return Path.of("/proc/self/fd/" + descriptor);
  }

  static void close(int descriptor) {
    C.LIBRARY.close(descriptor);
  }

  /** The C library; the names are its own. */
  private interface C extends Library {
    C LIBRARY = Native.load("c", C.class);

    int open(String path, int flags, int mode) throws LastErrorException;

    int close(int descriptor);
  }
}
