package dev.ramtide.deploy.demo;

import dev.ramtide.producer.qmp.QmpClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A QEMU of ours in a directory of its own; neither is left behind, also when this process is told
 * to end.
 */
final class QemuProcess implements AutoCloseable {
  private static final Duration START_TIMEOUT = Duration.ofSeconds(20);

  /**
   * How far a guest that runs gives way to others, as of nice(1); tests set it. Guests count as
   * fast as they can, and three at a time took most of two processors from what was tested.
   */
  private static final String NICE = System.getProperty("ramtide.guest.nice", "");

  private final Path directory;
  private final Process process;
  private final Thread onExit = new Thread(this::remove, "qemu-remove");

  private QemuProcess(Path directory, Process process) {
    this.directory = directory;
    this.process = process;
    Runtime.getRuntime().addShutdownHook(onExit);
  }

  static QemuProcess start(GuestSpec spec, boolean incoming) throws IOException {
    Path directory = Files.createTempDirectory("ramtide-guest-");
    try {
      Process process =
          new ProcessBuilder(command(spec, directory, incoming))
              .directory(directory.toFile())
              .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
              .redirectOutput(directory.resolve("stdout").toFile())
              .redirectError(directory.resolve("stderr").toFile())
              .start();
      return new QemuProcess(directory, process);
    } catch (IOException e) {
      WorkDirectory.delete(directory);
      throw new IOException(
          "cannot start QEMU (Debian: apt-get install qemu-system-x86): " + e.getMessage(), e);
    }
  }

  private static List<String> command(GuestSpec spec, Path directory, boolean incoming)
      throws IOException {
    List<String> words = new QemuCommandLine(spec, directory).write(incoming);
    if (!NICE.isEmpty()) {
      words.addAll(0, List.of("nice", "-n", NICE));
    }
    return words;
  }

  Path directory() {
    return directory;
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Connects as soon as QEMU listens: its socket's file is there a moment before. */
  QmpClient connect(String socket) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + START_TIMEOUT.toNanos();
    while (true) {
      try {
        return QmpClient.connect(directory.resolve(socket));
      } catch (IOException e) {
        if (!process.isAlive()) {
          throw exited();
        }
        if (System.nanoTime() > deadline) {
          throw e;
        }
        Thread.sleep(10);
      }
    }
  }

  /** Waits a little for the end of a QEMU that seems to have gone. */
  boolean hasExited() throws InterruptedException {
    return process.waitFor(500, TimeUnit.MILLISECONDS);
  }

  /** What QEMU wrote to its stderr tells most. */
  IOException exited() throws IOException {
    return new IOException("QEMU ended with status " + process.exitValue() + ": " + stderr());
  }

  String stderr() throws IOException {
    return Files.readString(directory.resolve("stderr")).strip();
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(onExit);
    } catch (IllegalStateException e) {
      // This process is ending: the hook does the same.
    }
    remove();
  }

  private void remove() {
    process.destroyForcibly();
    process.onExit().join();
    try {
      WorkDirectory.delete(directory);
    } catch (IOException e) {
      System.err.println("cannot delete " + directory + ": " + e.getMessage());
    }
  }
}
