package dev.ramtide.producer.procfs;

import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Finds the process behind a unix socket: the kernel lists the path with the inode of the socket,
 * and every process that has it open.
 */
public final class SocketHolder {
  private final ProcFs procFs;
  private final Path socket;
  private final List<ListeningSocket> candidates;
  private final List<Long> holders = new ArrayList<>();
  private final List<Long> machines = new ArrayList<>();
  private int unreadable;

  private SocketHolder(ProcFs procFs, Path socket, List<ListeningSocket> candidates) {
    this.procFs = procFs;
    this.socket = socket;
    this.candidates = candidates;
  }

  /**
   * The PID of the process that listens on a unix socket. If several have it open (libvirt opens it
   * and hands it to the QEMU that it starts), it is the one that runs a QEMU.
   *
   * @param unixSocket as the user named it; symbolic links are followed
   * @throws UnsuitableHostException if no such process can be seen from here, or if it remains open
   *     which one it is
   */
  public static long processOf(ProcFs procFs, Path unixSocket) throws IOException {
    Path socket = resolved(unixSocket);
    List<ListeningSocket> listening =
        ListeningSocket.parse(
            procFs
                .text("/proc/net/unix")
                .orElseThrow(
                    () -> new UnsuitableHostException("no /proc/net/unix: is /proc mounted?")));
    List<ListeningSocket> candidates =
        listening.stream().filter(candidate -> hasNameOf(candidate, socket)).toList();
    return new SocketHolder(procFs, socket, candidates).find();
  }

  private long find() throws IOException {
    if (!candidates.isEmpty()) {
      for (long pid : procFs.processes()) {
        look(pid);
      }
    }
    List<Long> likely = machines.isEmpty() ? holders : machines;
    if (likely.size() == 1) {
      return likely.get(0);
    }
    throw likely.isEmpty() ? noneSeen() : severalSeen(likely);
  }

  private void look(long pid) throws IOException {
    try (ProcessFiles process = procFs.open(pid)) {
      if (!holds(process)) {
        return;
      }
      holders.add(pid);
      if (runsQemu(process)) {
        machines.add(pid);
      }
    } catch (UnsuitableHostException e) {
      // Processes of others are no concern of ours, unless nobody else has the socket.
      unreadable++;
    } catch (IOException e) {
      // It ended since it was listed; the holder of a socket that answers has not.
      return;
    }
  }

  private boolean holds(ProcessFiles process) throws IOException {
    Set<String> open = new HashSet<>(process.openFiles());
    for (ListeningSocket candidate : candidates) {
      if (open.contains(candidate.descriptor()) && isSame(candidate, process)) {
        return true;
      }
    }
    return false;
  }

  /** A relative path is as its server saw it. */
  private boolean isSame(ListeningSocket candidate, ProcessFiles process) throws IOException {
    Path path = Path.of(candidate.path());
    return socket.equals(
        resolved(path.isAbsolute() ? path : Path.of(process.link("cwd")).resolve(path)));
  }

  private static boolean runsQemu(ProcessFiles process) throws IOException {
    Optional<Path> program = Optional.ofNullable(Path.of(process.link("exe")).getFileName());
    return program.isPresent() && program.get().toString().startsWith("qemu");
  }

  private static boolean hasNameOf(ListeningSocket candidate, Path socket) {
    try {
      // '@' is how the kernel shows a name that is no path.
      return !candidate.path().startsWith("@")
          && Path.of(candidate.path()).endsWith(socket.getFileName());
    } catch (InvalidPathException e) {
      return false;
    }
  }

  private static Path resolved(Path path) {
    try {
      return path.toRealPath();
    } catch (IOException e) {
      // Not there to be looked at, as in a simulation: compared as it is written.
      return path.toAbsolutePath().normalize();
    }
  }

  private UnsuitableHostException noneSeen() {
    String found =
        candidates.isEmpty()
            ? "no socket of this network namespace listens there"
            : "nobody who listens there was found, and "
                + unreadable
                + " processes may not be looked into";
    return new UnsuitableHostException(
        "which process is the QEMU behind "
            + socket
            + " cannot be seen: "
            + found
            + ". Run the agent in QEMU's network and PID namespace, and under its uid or with"
            + " CAP_SYS_PTRACE and CAP_DAC_OVERRIDE");
  }

  private UnsuitableHostException severalSeen(List<Long> likely) {
    return new UnsuitableHostException(
        "several processes listen on "
            + socket
            + ": "
            + likely
            + "; give each QEMU its own socket");
  }
}
