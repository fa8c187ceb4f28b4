package dev.ramtide.sink.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two JVMs and one lock file; one of them is stopped, or killed, while it holds the lock. */
@Timeout(30)
final class StoppedHolderTest {
  private static final Duration SHORT = Duration.ofMillis(30);
  private static final Duration LONG = Duration.ofSeconds(20);

  @TempDir private Path directory;
  private final ExecutorService waiters = Executors.newCachedThreadPool();
  private Path lock;
  private FileGate gate;
  private OtherJvm other;

  @BeforeEach
  void start() throws IOException {
    lock = directory.resolve("locks/a.lock");
    gate = FileGates.OF_THIS_PROCESS.of(lock);
    other = OtherJvm.start();
  }

  @AfterEach
  void stop() {
    other.close();
    waiters.shutdownNow();
  }

  @Test
  void twoProcessesShareItAndNeitherHasItAlone() throws Exception {
    assertThat(other.takesShared(lock)).isTrue();
    FileGate.Hold shared = gate.tryShared(SHORT).orElseThrow();
    assertThat(other.takesExclusive(lock)).isFalse();
    shared.close();
    assertThat(gate.tryExclusive(SHORT)).isEmpty();
    other.release();
    FileGate.Hold exclusive = gate.tryExclusive(SHORT).orElseThrow();
    assertThat(other.takesShared(lock)).isFalse();
    assertThat(other.takesExclusive(lock)).isFalse();
    exclusive.close();
    assertThat(other.takesExclusive(lock)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theStoppedKeepsItThroughItsSleepAndAfterIt(boolean shared) throws Exception {
    assertThat(shared ? other.takesShared(lock) : other.takesExclusive(lock)).isTrue();
    other.stop();
    assertKept(shared);
    Future<Boolean> waiter = waiters.submit(() -> isHad(gate.tryExclusive(LONG)));
    other.goOn();
    assertThat(other.takesShared(directory.resolve("b"))).as("it runs").isTrue();
    assertThat(waiter.isDone()).as("no lease: what it held, it holds").isFalse();
    other.release();
    other.release();
    assertThat(waiter.get()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theKilledLetsGo(boolean shared) throws Exception {
    assertThat(shared ? other.takesShared(lock) : other.takesExclusive(lock)).isTrue();
    other.stop();
    assertKept(shared);
    Future<Boolean> waiter = waiters.submit(() -> isHad(gate.tryExclusive(LONG)));
    other.kill();
    assertThat(waiter.get()).isTrue();
  }

  private void assertKept(boolean shared) throws Exception {
    assertThat(gate.tryExclusive(SHORT)).isEmpty();
    assertThat(isHad(gate.tryShared(SHORT))).isEqualTo(shared);
  }

  @Test
  void whoIsInterruptedWhileItWaitsLeavesTheGateUsable() throws Exception {
    assertThat(other.takesExclusive(lock)).isTrue();
    for (boolean shared : new boolean[] {true, false}) {
      Thread[] waiting = new Thread[1];
      Future<Boolean> waiter =
          waiters.submit(
              () -> {
                waiting[0] = Thread.currentThread();
                return isHad(shared ? gate.tryShared(LONG) : gate.tryExclusive(LONG));
              });
      assertThat(gate.tryShared(SHORT)).isEmpty(); // Meanwhile the waiter waits, too.
      waiting[0].interrupt();
      assertThatExceptionOfType(ExecutionException.class)
          .isThrownBy(waiter::get)
          .withCauseInstanceOf(InterruptedException.class);
    }
    other.release();
    assertThat(isHad(gate.tryExclusive(SHORT))).isTrue();
  }

  @Test
  void oneWhoWaitsLongMakesNobodyElseOfItsProcessWaitLonger() throws Exception {
    assertThat(other.takesExclusive(lock)).isTrue();
    Future<Boolean> patient = waiters.submit(() -> isHad(gate.tryShared(LONG)));
    assertThat(gate.tryExclusive(SHORT)).isEmpty(); // By now the patient one is at it.
    Future<Boolean> hasty = waiters.submit(() -> isHad(gate.tryShared(SHORT)));
    assertThat(hasty.get(LONG.toSeconds() / 2, TimeUnit.SECONDS)).isFalse();
    assertThat(patient.isDone()).isFalse();
    other.release();
    assertThat(patient.get()).isTrue();
  }

  @Test
  void aProcessThatTheHolderStartedDoesNotKeepIt() throws Exception {
    assertThat(other.takesExclusive(lock)).isTrue();
    ProcessHandle child = other.child();
    try {
      assertThat(gate.tryExclusive(SHORT)).as("nor did starting it drop the lock").isEmpty();
      other.kill();
      assertThat(isHad(gate.tryExclusive(SHORT))).isTrue();
      assertThat(child.isAlive()).isTrue();
    } finally {
      child.destroyForcibly();
    }
  }

  private static boolean isHad(Optional<FileGate.Hold> hold) {
    hold.ifPresent(FileGate.Hold::close);
    return hold.isPresent();
  }
}
