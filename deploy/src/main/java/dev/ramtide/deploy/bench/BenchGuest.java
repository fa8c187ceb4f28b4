package dev.ramtide.deploy.bench;

import dev.ramtide.deploy.demo.GuestProgram;
import dev.ramtide.deploy.demo.GuestSpec;
import dev.ramtide.deploy.demo.Machine;
import dev.ramtide.deploy.demo.QemuGuest;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Set;

/**
 * A real QEMU with a guest of random bytes that rests, and changes a share of its pages when it is
 * told; and what QEMU does with it by itself.
 */
final class BenchGuest implements AutoCloseable {
  static final Duration SOON = Duration.ofMinutes(3);

  private static final int PAGE_BYTES = 4096;

  private final QemuGuest qemu;

  private BenchGuest(QemuGuest qemu) {
    this.qemu = qemu;
  }

  /** Starts one, and returns when its memory is filled. */
  static BenchGuest start(int memoryMib) throws IOException, InterruptedException {
    return start(memoryMib, GuestProgram.onKey(memoryMib));
  }

  /** With a program of its own. */
  static BenchGuest start(int memoryMib, GuestProgram program)
      throws IOException, InterruptedException {
    QemuGuest qemu = QemuGuest.start(new GuestSpec(Machine.Q35, memoryMib, program));
    try {
      qemu.awaitMarker(SOON);
      return new BenchGuest(qemu);
    } catch (IOException | InterruptedException | RuntimeException e) {
      qemu.close();
      throw e;
    }
  }

  QemuGuest qemu() {
    return qemu;
  }

  long pageCount() {
    return qemu.spec().memoryBytes() / PAGE_BYTES;
  }

  /** Has the guest write to so many hundredths of its pages, other ones than the last time. */
  void change(int percent) throws IOException, InterruptedException {
    qemu.pressKey(percent, SOON);
  }

  /** The bytes of all pages that such a change makes different. */
  double changedBytes(int percent) {
    return (double) percent * qemu.spec().program().burstPages() * PAGE_BYTES;
  }

  /**
   * QEMU's own way: {@code migrate file:} with mapped-ram to a new file, then its fdatasync. The
   * guest runs on afterwards.
   *
   * @return seconds from {@code migrate} to the end of fdatasync
   */
  double saveSeconds(Path file) throws IOException, InterruptedException {
    Files.deleteIfExists(file);
    settle();
    long beginNanos = System.nanoTime();
    qemu.migrateTo("file:" + file, Set.of("mapped-ram"));
    try (FileChannel written = FileChannel.open(file, StandardOpenOption.WRITE)) {
      written.force(false);
    }
    double seconds = secondsSince(beginNanos);
    qemu.cont();
    return seconds;
  }

  /** Whether it runs, and nobody migrates it. */
  boolean isAtRest() throws IOException, InterruptedException {
    return qemu.status().running() && qemu.migration().isOver();
  }

  static double secondsSince(long beginNanos) {
    return (System.nanoTime() - beginNanos) / 1e9;
  }

  /** What was written before, by whomever, is on disk: nobody pays for another's bytes. */
  static void settle() throws IOException, InterruptedException {
    if (new ProcessBuilder("sync").start().waitFor() != 0) {
      throw new IOException("'sync' failed");
    }
  }

  @Override
  public void close() throws IOException {
    qemu.close();
  }
}
