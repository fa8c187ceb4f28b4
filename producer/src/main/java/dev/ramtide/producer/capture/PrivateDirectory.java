package dev.ramtide.producer.capture;

import dev.ramtide.producer.qmp.QmpPeer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * A directory that only we and QEMU may enter: what passes through it is what the guest knows.
 *
 * <p>An agent that runs as root serves a QEMU that does not, and gives it the directory; any other
 * agent could not give files away.
 */
final class PrivateDirectory {
  private PrivateDirectory() {}

  /**
   * @param parent exists
   * @return absolute, empty, and ours
   */
  static Path in(Path parent) throws IOException {
    return Files.createTempDirectory(
            parent,
            "ramtide-",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")))
        .toAbsolutePath();
  }

  /** Lets QEMU use a directory of ours, or a file in it. */
  static void giveTo(QmpPeer qemu, Path path) throws IOException {
    if (System.getProperty("user.name").equals("root")
        && !Files.getOwner(path).equals(qemu.user())) {
      Files.setOwner(path, qemu.user());
    }
  }
}
