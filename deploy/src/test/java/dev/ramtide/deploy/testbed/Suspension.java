package dev.ramtide.deploy.testbed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** A process that is stopped (SIGSTOP) until this is closed. */
public final class Suspension implements AutoCloseable {
  private final long pid;

  private Suspension(long pid) {
    this.pid = pid;
  }

  /** Returns when none of its threads runs any more. */
  public static Suspension of(RamtideProcess process) throws IOException {
    Suspension suspension = new Suspension(process.pid());
    suspension.signal("-STOP");
    while (process.isAlive() && !suspension.isComplete()) {
      LockSupport.parkNanos(500_000);
    }
    return suspension;
  }

  public boolean is(RamtideProcess process) {
    return process.pid() == pid;
  }

  private boolean isComplete() throws IOException {
    try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(pid), "task"))) {
      for (Path thread : threads.toList()) {
        String stat = Files.readString(thread.resolve("stat"));
        if (stat.charAt(stat.lastIndexOf(')') + 2) != 'T') {
          return false;
        }
      }
    } catch (NoSuchFileException e) {
      return false; // A thread that ended just now.
    }
    return true;
  }

  private void signal(String signal) throws IOException {
    new ProcessBuilder("kill", signal, Long.toString(pid)).start().onExit().join();
  }

  /** Lets it go on; of one that was killed meanwhile there is nothing left to do. */
  @Override
  public void close() throws IOException {
    signal("-CONT");
  }
}
