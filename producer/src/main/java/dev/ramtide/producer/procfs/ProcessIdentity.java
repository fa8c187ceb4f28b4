package dev.ramtide.producer.procfs;

import java.io.IOException;

/**
 * Which process it is, so that a QEMU that was restarted behind the same socket is told from the
 * one before: equal identities are one process.
 *
 * @param pid as this process sees it
 * @param startTime ticks after boot, as {@code /proc/PID/stat} says; with the PID it is unique
 * @param mountNamespace as in {@code mnt:[4026531841]}
 * @param pidNamespace as in {@code pid:[4026531836]}
 */
public record ProcessIdentity(
    long pid, String startTime, String mountNamespace, String pidNamespace) {

  /**
   * Asks who a process is.
   *
   * @throws UnsuitableHostException if it lives in another mount or PID namespace than we do: paths
   *     and PIDs that its QMP names would mean something else here
   */
  public static ProcessIdentity of(ProcFs procFs, ProcessFiles process) throws IOException {
    ProcessIdentity identity =
        new ProcessIdentity(
            process.pid(),
            startTime(process.text("stat")),
            process.link("ns/mnt"),
            process.link("ns/pid"));
    try (ProcessFiles own = procFs.open(procFs.ownPid())) {
      refuseOther("mount", identity.mountNamespace, own.link("ns/mnt"));
      refuseOther("PID", identity.pidNamespace, own.link("ns/pid"));
    }
    return identity;
  }

  private static void refuseOther(String kind, String theirs, String ours)
      throws UnsuitableHostException {
    if (!theirs.equals(ours)) {
      throw new UnsuitableHostException(
          "QEMU lives in another "
              + kind
              + " namespace ("
              + theirs
              + ", the agent in "
              + ours
              + "): run the agent in the same one, as in nsenter, or in the same container");
    }
  }

  /**
   * Field 22. The second is the program's name in parentheses, which may itself hold spaces and
   * parentheses: only what follows the last of them is counted.
   */
  private static String startTime(String stat) throws IOException {
    String[] fromThird = stat.substring(stat.lastIndexOf(')') + 1).trim().split(" ");
    if (!stat.contains(")") || fromThird.length < 20 || !fromThird[19].matches("[0-9]{1,20}")) {
      throw new IOException(
          "not a process's stat: " + stat.substring(0, Math.min(80, stat.length())));
    }
    return fromThird[19];
  }
}
