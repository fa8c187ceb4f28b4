package dev.ramtide.sink.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileGateTest {
  private static final Duration SHORT = Duration.ofMillis(30);

  @TempDir private Path directory;
  private final ExecutorService other = Executors.newSingleThreadExecutor();

  @AfterEach
  void stop() {
    other.shutdownNow();
  }

  @Test
  void manyShareIt() throws Exception {
    FileGate gate = FileGates.OF_THIS_PROCESS.of(directory.resolve("locks/a"));
    try (FileGate.Hold here = gate.shared()) {
      boolean there =
          other
              .submit(
                  () -> {
                    try (FileGate.Hold second = gate.shared()) {
                      return second != here;
                    }
                  })
              .get();
      assertThat(there).isTrue();
    }
  }

  @Test
  void oneHolderKeepsTheExclusiveOut() throws Exception {
    FileGate gate = FileGates.OF_THIS_PROCESS.of(directory.resolve("a"));
    FileGate.Hold shared = gate.shared();
    assertThat(exclusiveElsewhere(gate)).isFalse();
    shared.close();
    assertThat(exclusiveElsewhere(gate)).isTrue();
  }

  @Test
  void theExclusiveKeepsEverybodyOut() throws Exception {
    FileGate gate = FileGates.OF_THIS_PROCESS.of(directory.resolve("a"));
    FileGate.Hold exclusive = gate.tryExclusive(SHORT).orElseThrow();
    assertThat(exclusiveElsewhere(gate)).isFalse();
    assertThat(other.submit(() -> gate.tryShared(SHORT).isPresent()).get()).isFalse();
    exclusive.close();
    assertThat(exclusiveElsewhere(gate)).isTrue();
  }

  @Test
  void aRenamedDirectoryKeepsItsLocks() throws Exception {
    Path before = directory.resolve("vm.next");
    FileGate gate = FileGates.OF_THIS_PROCESS.of(before.resolve("a"));
    try (FileGate.Hold held = gate.tryExclusive(SHORT).orElseThrow()) {
      Path after = Files.move(before, directory.resolve("vm"));
      assertThat(FileGates.OF_THIS_PROCESS.of(after.resolve("a"))).as("%s", held).isSameAs(gate);
    }
  }

  @Test
  void askingForTheGateAgainDropsNoLock() throws Exception {
    // A POSIX lock is gone as soon as any descriptor of the file is closed by the process.
    FileGate gate = FileGates.OF_THIS_PROCESS.of(directory.resolve("a"));
    try (FileGate.Hold held = gate.tryExclusive(SHORT).orElseThrow()) {
      FileGates.OF_THIS_PROCESS.of(directory.resolve("a"));
      assertThat(lockedForAnotherProcess(directory.resolve("a"))).as("%s", held).isTrue();
    }
    assertThat(lockedForAnotherProcess(directory.resolve("a"))).isFalse();
  }

  @Test
  void aSteadyRunOfReadersLetsTheExclusiveIn() throws Exception {
    FileGate gate = FileGates.OF_THIS_PROCESS.of(directory.resolve("a"));
    FileGate.Hold first = gate.tryShared(SHORT).orElseThrow();
    Thread[] sealer = new Thread[1];
    Future<Boolean> sealed =
        other.submit(
            () -> {
              sealer[0] = Thread.currentThread();
              return isHad(gate.tryExclusive(Duration.ofSeconds(20)));
            });
    while (sealer[0] == null || sealer[0].getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
    ExecutorService next = Executors.newSingleThreadExecutor();
    try {
      boolean passed = next.submit(() -> isHad(gate.tryShared(SHORT))).get();
      assertThat(passed).as("a reader passed the one who waits").isFalse();
    } finally {
      next.shutdown();
    }
    first.close();
    assertThat(sealed.get()).isTrue();
  }

  @Test
  void closedTwiceItLeavesTheOtherHoldersAlone() throws Exception {
    FileGate gate = FileGates.OF_THIS_PROCESS.of(directory.resolve("a"));
    FileGate.Hold there = other.submit(() -> gate.tryShared(SHORT).orElseThrow()).get();
    FileGate.Hold here = gate.tryShared(SHORT).orElseThrow();
    here.close();
    here.close();
    assertThat(lockedForAnotherProcess(directory.resolve("a"))).isTrue();
    other.submit(there::close).get();
    assertThat(lockedForAnotherProcess(directory.resolve("a"))).isFalse();
  }

  @Test
  void anotherThreadCannotLetItGo() throws Exception {
    FileGate gate = FileGates.OF_THIS_PROCESS.of(directory.resolve("a"));
    for (boolean shared : new boolean[] {true, false}) {
      FileGate.Hold here =
          (shared ? gate.tryShared(SHORT) : gate.tryExclusive(SHORT)).orElseThrow();
      assertThatExceptionOfType(ExecutionException.class)
          .isThrownBy(other.submit(here::close)::get)
          .withMessageContaining("is held by the thread");
      assertThat(lockedForAnotherProcess(directory.resolve("a"))).isTrue();
      here.close();
      assertThat(exclusiveElsewhere(gate)).isTrue();
    }
  }

  private static boolean isHad(Optional<FileGate.Hold> hold) {
    hold.ifPresent(FileGate.Hold::close);
    return hold.isPresent();
  }

  private boolean exclusiveElsewhere(FileGate gate) throws Exception {
    return other
        .submit(
            () -> {
              Optional<FileGate.Hold> hold = gate.tryExclusive(SHORT);
              hold.ifPresent(FileGate.Hold::close);
              return hold.isPresent();
            })
        .get();
  }

  /** Asks the kernel: /proc/locks lists every POSIX lock by inode. */
  private static boolean lockedForAnotherProcess(Path file) throws Exception {
    String inode = ":" + Files.getAttribute(file, "unix:ino") + " ";
    return Files.readAllLines(Path.of("/proc/locks")).stream()
        .anyMatch(line -> line.contains(inode));
  }
}
