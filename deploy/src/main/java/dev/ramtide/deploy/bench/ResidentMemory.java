package dev.ramtide.deploy.bench;

import dev.ramtide.deploy.demo.ChildVerb;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What an agent or a sink takes of this machine's memory at most, beside what it may take.
 *
 * <pre>
 *   256 MiB of heap
 *   + 32 bytes a page of the guest, mapped
 *   + {@link #JVM_MIB}
 * </pre>
 *
 * Measured is the kernel's own peak, {@code VmHWM}: heap, mapped files, and what a JVM is beside
 * its heap, its libraries included.
 */
final class ResidentMemory {
  private static final int HEAP_MIB = 256;

  /** As the JVM takes it. */
  static final List<String> HEAP = List.of("-Xmx" + HEAP_MIB + "m");

  /** As the launcher starts an agent: a limit for what it may take outside the heap. */
  static final List<String> AGENT = List.of(HEAP.get(0), "-XX:MaxDirectMemorySize=1g");

  /**
   * For classes, compiled code, the compiler, stacks of threads, Kafka's and the sockets' direct
   * buffers. The JVM's native memory tracking shows 73 to 103 MiB of it, and its libraries are
   * beside that.
   */
  static final int JVM_MIB = 128;

  private static final int BYTES_A_PAGE = 32;
  private static final String FIELD = "VmHWM:";

  private ResidentMemory() {}

  /**
   * @param pageCount of all guests that the process has to do with
   */
  static Figure figure(String what, ChildVerb process, long pageCount) throws IOException {
    Path status = Path.of("/proc", Long.toString(process.pid()), "status");
    return new Figure(
        "scale",
        what,
        "MiB",
        Samples.of(peakMib(Files.readAllLines(status))),
        "256 MiB, 32 B a page, " + JVM_MIB + " MiB of JVM",
        Samples.of(limitMib(pageCount)),
        Optional.of(Mark.atMost(1)));
  }

  static double limitMib(long pageCount) {
    return HEAP_MIB + JVM_MIB + (double) pageCount * BYTES_A_PAGE / (1 << 20);
  }

  /**
   * @param status lines of {@code /proc/PID/status}
   */
  static double peakMib(List<String> status) throws IOException {
    for (String line : status) {
      if (line.startsWith(FIELD)) {
        String[] words = line.substring(FIELD.length()).strip().split(" +");
        return Long.parseLong(words[0]) / 1024.0;
      }
    }
    throw new IOException("the kernel does not tell the memory of a process: no " + FIELD);
  }
}
