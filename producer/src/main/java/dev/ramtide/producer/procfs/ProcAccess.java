package dev.ramtide.producer.procfs;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;

/** Files of procfs and sysfs, and what it means when they do not open. */
final class ProcAccess {
  /** The longest text is the smaps of a process with the 65,530 mappings that Linux allows. */
  static final int MAX_TEXT_BYTES = 64 << 20;

  /**
   * The files of memory belong to the uid of the process, so a right to trace does not open them
   * under another uid: measured on 6.18.
   */
  private static final String REMEDY =
      ": run the agent under QEMU's uid, with kernel.yama.ptrace_scope=0 or CAP_SYS_PTRACE"
          + " (systemd: AmbientCapabilities=CAP_SYS_PTRACE; or setcap cap_sys_ptrace=ep);"
          + " under another uid it needs CAP_SYS_PTRACE and CAP_DAC_OVERRIDE, or root";

  private ProcAccess() {}

  /** Reads a text file whose size nobody knows before. */
  static String text(Path path) throws IOException {
    byte[] bytes;
    try (InputStream in = Files.newInputStream(path)) {
      bytes = in.readNBytes(MAX_TEXT_BYTES + 1);
    } catch (IOException e) {
      throw explained(path, e);
    }
    if (bytes.length > MAX_TEXT_BYTES) {
      throw new IOException(path + " is longer than " + MAX_TEXT_BYTES + " bytes");
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  static String link(Path path) throws IOException {
    try {
      return Files.readSymbolicLink(path).toString();
    } catch (IOException e) {
      throw explained(path, e);
    }
  }

  /** The same failure, in words that help. */
  static IOException explained(Path path, IOException e) {
    if (e instanceof AccessDeniedException || isNotPermitted(e)) {
      return new UnsuitableHostException("no right to open " + path + REMEDY, e);
    }
    if (e instanceof NoSuchFileException) {
      return new IOException(path + " does not exist: the process is gone", e);
    }
    return new IOException(path + ": " + e.getMessage(), e);
  }

  /** EPERM has no exception of its own. */
  private static boolean isNotPermitted(IOException e) {
    return e instanceof FileSystemException refused
        && String.valueOf(refused.getReason())
            .toLowerCase(Locale.ROOT)
            .contains("operation not permitted");
  }
}
