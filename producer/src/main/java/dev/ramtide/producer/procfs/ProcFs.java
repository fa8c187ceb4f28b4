package dev.ramtide.producer.procfs;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * What the kernel of this host says of itself and of its processes. Any thread may call; nothing is
 * kept between calls.
 */
public interface ProcFs {
  /** PIDs of the processes that this one can see, in no order; some may be gone already. */
  List<Long> processes() throws IOException;

  /**
   * A file of the whole host, read to its end.
   *
   * @param path absolute, as in {@code /sys/kernel/mm/ksm/run} or {@code /proc/net/unix}
   * @return empty if there is no such file, which for a kernel means: it was built without it
   * @throws UnsuitableHostException if we may not read it
   * @throws IOException also if it is longer than any such file is
   */
  Optional<String> text(String path) throws IOException;

  /**
   * A process by its PID. Nothing of it is opened yet, so neither that it lives nor that we have
   * the right to read its memory is known before the first call that needs it.
   */
  ProcessFiles open(long pid) throws IOException;

  /** The PID of the process that runs this code. */
  long ownPid();
}
