package dev.ramtide.producer.procfs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A directory that looks like a host: real files and links, of which a test says what they hold.
 */
final class FakeProc {
  /** The process that asks. */
  static final long OWN = 77;

  /** The process that is asked about. */
  static final long QEMU = 4711;

  private final Path root;

  FakeProc(Path root) throws IOException {
    this.root = root;
    link("proc/self", Long.toString(OWN));
    for (long pid : new long[] {OWN, QEMU}) {
      file("proc/" + pid + "/stat", stat(pid, "x", "1234"));
      link("proc/" + pid + "/ns/mnt", "mnt:[4026531841]");
      link("proc/" + pid + "/ns/pid", "pid:[4026531836]");
      Files.createDirectories(root.resolve("proc/" + pid + "/fd"));
    }
  }

  ProcFs procFs() {
    return new LinuxProcFs(root);
  }

  ProcessFiles qemu() throws IOException {
    return procFs().open(QEMU);
  }

  /** Writes a file anew. */
  Path file(String path, String text) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  Path link(String path, String target) throws IOException {
    Path link = root.resolve(path);
    Files.createDirectories(link.getParent());
    Files.deleteIfExists(link);
    return Files.createSymbolicLink(link, Path.of(target));
  }

  static String stat(long pid, String name, String startTime) {
    return pid
        + " ("
        + name
        + ") S 1 2 3 0 -1 4194560 100 0 0 0 0 0 0 0 20 0 1 0 "
        + startTime
        + " 3133440 379 18446744073709551615 1 1 0 0 0\n";
  }
}
