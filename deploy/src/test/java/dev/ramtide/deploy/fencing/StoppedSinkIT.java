package dev.ramtide.deploy.fencing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.awaitility.Awaitility.await;

import dev.ramtide.deploy.testbed.KernelLocks;
import dev.ramtide.deploy.testbed.RamtideProcess;
import dev.ramtide.deploy.testbed.Suspension;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two sinks on one directory. One is stopped while it applies, and again while it seals; where it
 * stands is read from the kernel's list of locks. The guest's own memory says what is right.
 */
@Timeout(400)
final class StoppedSinkIT {
  private static final Duration SOON = Duration.ofSeconds(120);
  private static final int PARTITIONS = 4;
  private static final byte[] MAGIC = {'Q', 'E', 'V', 'M'};

  @TempDir private Path directory;
  private SmallVm vm;

  @BeforeEach
  void start() throws Exception {
    vm = new SmallVm(directory, 4000, PARTITIONS, 1000);
    vm.capture();
  }

  @AfterEach
  void stop() {
    vm.close();
  }

  @Test
  void whatAStoppedSinkHoldsNobodyTouchesUntilItGoesOnOrDies() throws Exception {
    RamtideProcess first = vm.sink();
    RamtideProcess second;
    try (Suspension stopped = stopWhileItHolds(KernelLocks.Kind.READ, first)) {
      long missed = vm.capture();
      second = vm.sink();
      second.awaitStderr("waiting for the partition's lock", SOON);
      assertThat(vm.sealed()).as("%s", stopped).isLessThan(missed);
      assertThat(hasMagic()).as("half applied, so refused by QEMU").isFalse();
    }
    vm.awaitSealedIsTheGuest(vm.capture(), SOON);
    assertThat(first.isAlive()).as("the late one gave its locks up and works on").isTrue();

    awaitBothHavePartitions(first, second);
    int said = first.stderr().length();
    int saidBySecond = second.stderr().length();
    try (Suspension stopped = stopWhileItHolds(KernelLocks.Kind.WRITE, first, second)) {
      long missed = vm.capture();
      boolean isFirst = stopped.is(first);
      awaitItWaits(isFirst ? second : first, isFirst ? saidBySecond : said);
      assertThat(vm.sealed()).isLessThan(missed);
      (isFirst ? first : second).kill();
      vm.awaitSealedIsTheGuest(missed, SOON);
    }
  }

  /** While checkpoints come and come, stops the one that is seen with such a hold of the gate. */
  private Suspension stopWhileItHolds(KernelLocks.Kind kind, RamtideProcess... sinks)
      throws Exception {
    AtomicBoolean caught = new AtomicBoolean();
    ExecutorService agent = Executors.newSingleThreadExecutor();
    Future<?> captures =
        agent.submit(
            () -> {
              while (!caught.get()) {
                vm.capture();
              }
              return null;
            });
    try {
      long deadlineNanos = System.nanoTime() + SOON.toNanos();
      while (System.nanoTime() < deadlineNanos && !captures.isDone()) {
        for (RamtideProcess sink : sinks) {
          if (holds(kind, sink)) {
            Suspension suspension = Suspension.of(sink);
            if (holds(kind, sink)) {
              return suspension;
            }
            suspension.close();
          }
        }
      }
      return fail("no sink was seen with a lock of the kind " + kind + " within " + SOON);
    } finally {
      caught.set(true);
      captures.get();
      agent.shutdown();
    }
  }

  /** Shared counts while the image is half applied: an image that is sealed is only read. */
  private boolean holds(KernelLocks.Kind kind, RamtideProcess sink) throws IOException {
    return KernelLocks.heldBy(sink.pid(), vm.image().controlLock()).equals(Optional.of(kind))
        && (kind == KernelLocks.Kind.WRITE || !hasMagic());
  }

  private static void awaitItWaits(RamtideProcess sink, int from) throws Exception {
    await()
        .atMost(SOON)
        .alias("it says what it waits for")
        .until(() -> sink.stderr().substring(from).contains("waiting for the partition's lock"));
  }

  /**
   * Whoever is stopped then has a partition that falls to the other, who waits for its lock and
   * says so. In the midst of a rebalance it may have none.
   */
  private void awaitBothHavePartitions(RamtideProcess first, RamtideProcess second) {
    await()
        .atMost(SOON)
        .alias("all partitions are held, by both")
        .until(
            () ->
                locked(first) > 0
                    && locked(second) > 0
                    && locked(first) + locked(second) == PARTITIONS);
  }

  private long locked(RamtideProcess sink) throws IOException {
    long locked = 0;
    for (int partition = 0; partition < PARTITIONS; partition++) {
      if (KernelLocks.heldBy(sink.pid(), vm.image().partitionLock(partition)).isPresent()) {
        locked++;
      }
    }
    return locked;
  }

  private boolean hasMagic() throws IOException {
    if (!Files.exists(vm.image().ram())) {
      return false;
    }
    try (InputStream ram = Files.newInputStream(vm.image().ram())) {
      return Arrays.equals(ram.readNBytes(4), MAGIC);
    }
  }
}
