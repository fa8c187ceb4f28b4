package dev.ramtide.sink.state;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ramtide.sink.SmallGuest;
import dev.ramtide.sink.image.ChannelFile;
import dev.ramtide.sink.image.FileClone;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens to locks when files come and go around them. The kernel is asked who holds what. */
final class LockFilesTest {
  private static final Duration SHORT = Duration.ofMillis(30);

  @TempDir private Path directory;

  @Test
  void noFileThatIsOpenedAndClosedBesideThemDropsALock() throws Exception {
    ImagePaths paths = new ImagePaths(directory.resolve("vm"));
    try (OpenImage image = open(paths);
        FileGate.Hold gate = image.gate().tryShared(SHORT).orElseThrow();
        FileGate.Hold partition = image.partitionGate(0).tryExclusive(SHORT).orElseThrow();
        FileGate.Hold kept = image.keptGate().tryExclusive(SHORT).orElseThrow()) {
      image.ram().writeFully(0, ByteBuffer.allocate(1 << 20));
      image.ram().erase(0, 1 << 20);
      ChannelFile.open(paths.ram()).close();
      FileClone.copy(paths.ram(), directory.resolve("copy"));
      ControlFile.readFrom(paths.control());
      image.openState(0).close();
      open(paths).close();
      new ProcessBuilder("true").start().waitFor();
      assertThat(
              List.of(
                  ownLock(paths.controlLock()),
                  ownLock(paths.partitionLock(0)),
                  ownLock(paths.keptLock())))
          .as("%s %s %s", gate, partition, kept)
          .containsExactly("READ", "WRITE", "WRITE");
    }
    assertThat(ownLock(paths.controlLock())).isEqualTo("none");
  }

  @Test
  void aRemovedLockFileTakesTheImageOutOfPlace() throws Exception {
    ImagePaths paths = new ImagePaths(directory.resolve("vm"));
    try (OpenImage before = open(paths)) {
      assertThat(before.isInPlace()).isTrue();
      Files.delete(paths.controlLock());
      assertThat(before.isInPlace()).isFalse();
      try (OpenImage after = open(paths)) {
        assertThat(before.isInPlace()).as("there is one again, but not its own").isFalse();
        assertThat(after.isInPlace()).isTrue();
        assertThat(after.gate()).isNotSameAs(before.gate());
      }
    }
  }

  @Test
  void anImageThatWasMovedAwayIsOutOfPlaceAlsoWhenAnotherHasItsName() throws Exception {
    ImagePaths paths = new ImagePaths(directory.resolve("vm"));
    try (OpenImage before = open(paths)) {
      Files.move(paths.directory(), directory.resolve("vm.old"));
      assertThat(before.isInPlace()).isFalse();
      try (OpenImage other = open(paths)) {
        assertThat(before.isInPlace()).isFalse();
        assertThat(other.gate()).isNotSameAs(before.gate());
      }
    }
  }

  @Test
  void aSiteWhoseLockFileWasRemovedLocksTheNewOne() throws Exception {
    Site site = Site.open(directory);
    String id = site.id();
    Path lock = directory.resolve(".site.lock");
    Files.delete(lock);
    ExecutorService waiters = Executors.newSingleThreadExecutor();
    try (OtherJvm other = OtherJvm.start()) {
      assertThat(other.takesExclusive(lock)).isTrue();
      Future<String> waiter = waiters.submit(site::id);
      assertThat(FileGates.OF_THIS_PROCESS.of(lock).tryShared(SHORT)).isEmpty();
      assertThat(waiter.isDone()).as("it went by the lock that has no name any more").isFalse();
      other.release();
      assertThat(waiter.get()).isEqualTo(id);
    } finally {
      waiters.shutdownNow();
    }
  }

  private static OpenImage open(ImagePaths paths) throws IOException {
    return OpenImage.open(paths, SmallGuest.epoch(0), FileGates.OF_THIS_PROCESS);
  }

  /** READ, WRITE or none: how this process holds a file by the kernel's list. */
  private static String ownLock(Path file) throws IOException {
    String inode = ":" + Files.getAttribute(file, "unix:ino");
    String pid = Long.toString(ProcessHandle.current().pid());
    return Files.readAllLines(Path.of("/proc/locks")).stream()
        .map(line -> line.trim().split("\\s+"))
        .filter(
            words -> words[1].equals("POSIX") && words[4].equals(pid) && words[5].endsWith(inode))
        .map(words -> words[3])
        .findFirst()
        .orElse("none");
  }
}
