package dev.ramtide.deploy.testbed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Who holds which lock, asked of the kernel: {@code /proc/locks}. */
public final class KernelLocks {
  /** As the kernel calls shared and exclusive. */
  public enum Kind {
    READ,
    WRITE
  }

  private KernelLocks() {}

  /** How a process holds a file at this moment, if it does. */
  public static Optional<Kind> heldBy(long pid, Path file) throws IOException {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    String inode = ":" + Files.getAttribute(file, "unix:ino");
    // 1: POSIX  ADVISORY  WRITE 4242 fe:00:1234567 0 9223372036854775806
    return Files.readAllLines(Path.of("/proc/locks")).stream()
        .map(line -> line.strip().split("\\s+"))
        .filter(words -> words[1].equals("POSIX") && words[4].equals(Long.toString(pid)))
        .filter(words -> words[5].endsWith(inode))
        .map(words -> Kind.valueOf(words[3]))
        .findFirst();
  }
}
