package dev.ramtide.producer.procfs;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The kernel that this process runs on. */
public final class LinuxProcFs implements ProcFs {
  /** No kernel gives a larger PID than 2^22. */
  private static final Pattern PID = Pattern.compile("[1-9][0-9]{0,8}");

  private final Path root;

  public LinuxProcFs() {
    this(Path.of("/"));
  }

  /**
   * @param root directory that holds {@code proc} and {@code sys}: another than {@code /} in tests
   */
  public LinuxProcFs(Path root) {
    this.root = root;
  }

  @Override
  public List<Long> processes() throws IOException {
    List<Long> pids = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(root.resolve("proc"))) {
      for (Path entry : entries) {
        String name = entry.getFileName().toString();
        if (PID.matcher(name).matches()) {
          pids.add(Long.parseLong(name));
        }
      }
    }
    return pids;
  }

  @Override
  public Optional<String> text(String path) throws IOException {
    if (!path.startsWith("/")) {
      throw new IllegalArgumentException("not absolute: " + path);
    }
    try {
      return Optional.of(ProcAccess.text(root.resolve(path.substring(1))));
    } catch (IOException e) {
      if (e.getCause() instanceof NoSuchFileException) {
        return Optional.empty();
      }
      throw e;
    }
  }

  @Override
  public ProcessFiles open(long pid) {
    if (pid < 1) {
      throw new IllegalArgumentException("PID " + pid);
    }
    return new OpenProcessFiles(root.resolve("proc"), pid);
  }

  /** Asked of procfs, which in a container may count otherwise than the process itself. */
  @Override
  public long ownPid() {
    try {
      String self = Files.readSymbolicLink(root.resolve("proc/self")).toString();
      if (PID.matcher(self).matches()) {
        return Long.parseLong(self);
      }
      throw new IllegalStateException("/proc/self leads to " + self);
    } catch (IOException e) {
      // No procfs of Linux: whatever asks next says so better.
      return ProcessHandle.current().pid();
    }
  }
}
