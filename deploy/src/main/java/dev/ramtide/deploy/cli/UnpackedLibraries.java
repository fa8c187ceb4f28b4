package dev.ramtide.deploy.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Where zstd and JNA unpack their native libraries before they load them. They do it with the
 * umask's permissions, in a directory that others may enter: under a umask that lets others write,
 * whoever changes the file in between is us. Then they get a directory that is ours alone. The
 * umask stays as it is: pause hooks have it from us.
 */
final class UnpackedLibraries {
  /** Of zstd-jni and JNA; whoever sets one himself is obeyed. */
  private static final List<String> PLACES = List.of("ZstdTempFolder", "jna.tmpdir");

  private static final Path STATUS = Path.of("/proc/self/status");
  private static final int WRITE_OF_GROUP_AND_OTHERS = 022;

  private UnpackedLibraries() {}

  /**
   * Before any of them is loaded.
   *
   * @throws IOException there is no place for such a directory; the message says what to set
   */
  static void guard() throws IOException {
    List<String> open = PLACES.stream().filter(place -> System.getProperty(place) == null).toList();
    if (open.isEmpty() || !othersMayWrite()) {
      return; // Nothing is made at most starts.
    }
    Path directory = ownDirectory();
    directory.toFile().deleteOnExit(); // Last: what is registered later goes first.
    open.forEach(place -> System.setProperty(place, directory.toString()));
  }

  private static Path ownDirectory() throws IOException {
    try {
      return Files.createTempDirectory("ramtide-libraries-"); // rwx------
    } catch (IOException e) {
      throw new IOException(
          "no directory for native libraries can be made in "
              + System.getProperty("java.io.tmpdir")
              + ": "
              + e.getMessage()
              + ". Name another place by RAMTIDE_JAVA_OPTS=-Djava.io.tmpdir=DIR, or have a umask of"
              + " 022",
          e);
    }
  }

  private static boolean othersMayWrite() throws IOException {
    if (Files.notExists(STATUS)) {
      return true; // Not known.
    }
    try (Stream<String> lines = Files.lines(STATUS)) {
      return lines
          .filter(line -> line.startsWith("Umask:"))
          .findFirst()
          .map(line -> Integer.parseInt(line.substring("Umask:".length()).strip(), 8))
          .map(umask -> (umask & WRITE_OF_GROUP_AND_OTHERS) != WRITE_OF_GROUP_AND_OTHERS)
          .orElse(true); // Linux tells since 4.7.
    }
  }
}
