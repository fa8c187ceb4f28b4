package dev.ramtide.sink.image;

import com.sun.jna.LastErrorException;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Platform;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
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
  private static final int NO_SUCH_FILE = 2;
  private static final int ACCESS_DENIED = 13;

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
      throw asJava(path, e);
    }
  }

  /** As Java's own channels fail: others look at the class. */
  private static IOException asJava(Path path, LastErrorException failure) {
    String name = path.toString();
    IOException same =
        switch (failure.getErrorCode()) {
          case NO_SUCH_FILE -> new NoSuchFileException(name);
          case ACCESS_DENIED -> new AccessDeniedException(name);
          default -> new FileSystemException(name, null, failure.getMessage());
        };
    same.initCause(failure);
    return same;
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
