package dev.ramtide.deploy.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ramtide.checkpoint.CaptureMode;
import dev.ramtide.deploy.demo.GuestProgram;
import dev.ramtide.deploy.demo.GuestSpec;
import dev.ramtide.deploy.demo.Machine;
import dev.ramtide.deploy.demo.QemuGuest;
import dev.ramtide.producer.capture.CaptureFacts;
import dev.ramtide.producer.capture.CaptureSource;
import dev.ramtide.producer.capture.DriveMode;
import dev.ramtide.producer.capture.DriveOptions;
import dev.ramtide.producer.capture.DrivenSource;
import dev.ramtide.producer.capture.HostTrust;
import dev.ramtide.producer.capture.QemuOptions;
import dev.ramtide.producer.capture.SourceChoice;
import dev.ramtide.producer.capture.SourceMode;
import dev.ramtide.producer.qmp.QmpFaults;
import dev.ramtide.producer.stream.GuestStateHandler;
import dev.ramtide.producer.stream.MachineDescription;
import dev.ramtide.producer.stream.MachineDescription.Coverage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(300)
class DrivenSourceIT {
  private static final Duration BOOT = Duration.ofSeconds(30);
  private static final int PAGE_BYTES = 4096;
  private static final GuestProgram PACED = GuestProgram.paced(16, 2000, 10_000);

  @TempDir Path dir;

  static Stream<Arguments> machinesAndModes() {
    return Stream.of(Machine.values())
        .flatMap(machine -> modes().map(mode -> Arguments.of(machine, mode)));
  }

  /** Without the one that not every kernel has. */
  static Stream<SourceMode> modes() {
    return Stream.of(SourceMode.values()).filter(mode -> mode != SourceMode.KERNEL);
  }

  @ParameterizedTest
  @MethodSource("machinesAndModes")
  void aRunningGuestIsCapturedAtOneInstantAndRunsOn(Machine machine, SourceMode mode)
      throws Exception {
    try (QemuGuest guest = start(machine, PACED);
        CaptureSource source = open(guest, mode)) {
      for (int capture = 0; capture < 2; capture++) {
        guest.awaitNextPass(BOOT);
        CapturedGuest captured = new CapturedGuest();
        CaptureFacts facts = source.capture(captured);
        captured.assertOneInstantOf(PACED);
        // Without the description of its devices a microvm has little to say.
        assertThat(captured.deviceStateBytes())
            .isGreaterThan(mode == SourceMode.SCAN && machine == Machine.MICROVM ? 2_000 : 10_000);
        assertThat(facts.mode()).isIn(modesOf(mode));
        assertThat(facts.pauseLength())
            .isPositive()
            .isLessThan(Duration.ofSeconds(mode == SourceMode.SCAN ? 30 : 5));
        assertThat(facts.pause()).isBetween(facts.start(), facts.resume());
        assertThat(guest.status().running()).isTrue();
        guest.awaitNextPass(BOOT);
        assertThat(guest.foundItselfTorn()).isFalse();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("machinesAndModes")
  void aPausedGuestIsCapturedAsItIsAndStaysPaused(Machine machine, SourceMode mode)
      throws Exception {
    try (QemuGuest guest = start(machine, PACED);
        CaptureSource source = open(guest, mode)) {
      guest.awaitNextPass(BOOT);
      guest.stop();
      Path memory = dir.resolve("memory");
      guest.savePhysical(0, guest.spec().memoryBytes(), memory);
      for (int capture = 0; capture < 2; capture++) {
        CapturedGuest captured = new CapturedGuest();
        CaptureFacts facts = source.capture(captured);
        captured.assertEqualTo(memory);
        assertThat(facts.pauseLength()).isZero();
        assertThat(facts.mode())
            .isEqualTo(mode == SourceMode.BACKGROUND ? CaptureMode.BACKGROUND : CaptureMode.STOP);
        assertThat(guest.status().name()).isEqualTo("paused");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("modes")
  void aHandlerThatFailsLeavesTheGuestRunningAndTheNextCaptureWorks(SourceMode mode)
      throws Exception {
    try (QemuGuest guest = start(Machine.Q35, PACED);
        CaptureSource source = open(guest, mode)) {
      for (int failAfter : List.of(0, 1, 1000)) {
        assertThatThrownBy(() -> source.capture(new Failing(failAfter)))
            .isInstanceOf(IOException.class)
            .hasMessage("Kafka is gone");
        assertThat(guest.status().running()).isTrue();
      }
      CapturedGuest captured = new CapturedGuest();
      source.capture(captured);
      captured.assertOneInstantOf(PACED);
    }
  }

  @ParameterizedTest
  @MethodSource("modes")
  void anInterruptedCaptureLeavesTheGuestRunning(SourceMode mode) throws Exception {
    try (QemuGuest guest = start(Machine.Q35, PACED);
        CaptureSource source = open(guest, mode)) {
      CountDownLatch reading = new CountDownLatch(1);
      CompletableFuture<Throwable> outcome = new CompletableFuture<>();
      Thread thread =
          new Thread(
              () -> {
                try {
                  source.capture(new Stalling(reading));
                  outcome.complete(new AssertionError("captured"));
                } catch (Throwable e) {
                  outcome.complete(e);
                }
              });
      thread.start();
      reading.await();
      thread.interrupt();
      assertThat(outcome.get()).isInstanceOf(InterruptedException.class);
      assertThat(guest.status().running()).isTrue();
      source.capture(new CapturedGuest());
    }
  }

  @Test
  void theOwnersSettingsComeBackWhateverHappens() throws Exception {
    try (QemuGuest guest = start(Machine.Q35, PACED);
        CaptureSource source = open(guest, SourceMode.BACKGROUND)) {
      guest.execute(
          "migrate-set-capabilities",
          Map.of(
              "capabilities",
              List.of(
                  Map.of("capability", "xbzrle", "state", true),
                  Map.of("capability", "return-path", "state", true),
                  Map.of("capability", "dirty-bitmaps", "state", true))));
      guest.execute(
          "migrate-set-parameters", Map.of("max-bandwidth", 12_345_678, "downtime-limit", 77));
      Map<String, Object> capabilities =
          guest.execute("query-migrate-capabilities", Map.of()).fields();
      Map<String, Object> parameters = guest.execute("query-migrate-parameters", Map.of()).fields();
      source.capture(new CapturedGuest());
      assertThatThrownBy(() -> source.capture(new Failing(100))).isInstanceOf(IOException.class);
      assertThat(guest.execute("query-migrate-capabilities", Map.of()).fields())
          .isEqualTo(capabilities);
      assertThat(guest.execute("query-migrate-parameters", Map.of()).fields())
          .isEqualTo(parameters);
    }
  }

  @Test
  void aLiveCaptureThatDoesNotConvergeEndsAfterTheLimit() throws Exception {
    Duration limit = Duration.ofSeconds(3);
    GuestProgram busy = GuestProgram.busy(64, 16_000);
    try (QemuGuest guest = start(Machine.Q35, busy);
        DrivenSource source =
            DrivenSource.open(
                guest.agentSocket(),
                DriveOptions.DEFAULTS.withMode(DriveMode.LIVE).withLiveLimit(limit))) {
      guest.execute("migrate-set-parameters", Map.of("downtime-limit", 1));
      guest.awaitNextPass(BOOT);
      CapturedGuest captured = new CapturedGuest();
      SlowReader reader = new SlowReader(captured, limit);
      CaptureFacts facts = source.capture(reader);
      captured.assertOneInstantOf(busy);
      assertThat(Duration.between(facts.start(), facts.pause())).isGreaterThanOrEqualTo(limit);
      // The rest of the round that runs when the limit is over, and the last one of a guest that
      // stands.
      assertThat(reader.pagesAfterLimit)
          .isPositive()
          .isLessThan(2 * guest.spec().memoryBytes() / PAGE_BYTES);
      assertThat(guest.status().running()).isTrue();
      assertThat(guest.execute("query-migrate-parameters", Map.of()).number("downtime-limit"))
          .isEqualTo(1);
    }
  }

  @Test
  void aGuestInPostmigrateIsRefusedWithWhatToDo() throws Exception {
    try (QemuGuest guest = start(Machine.Q35, PACED);
        CaptureSource source = open(guest, SourceMode.AUTO)) {
      guest.migrateTo("file:" + dir.resolve("ram.img"), Set.of("mapped-ram"));
      assertThatThrownBy(() -> source.capture(new CapturedGuest()))
          .hasMessageContaining("postmigrate")
          .hasMessageContaining("'cont'");
      guest.cont();
      source.capture(new CapturedGuest());
    }
  }

  @Test
  void aSecondClientOfTheSocketIsToldThatItIsBusy() throws Exception {
    try (QemuGuest guest = start(Machine.Q35, PACED);
        CaptureSource source = open(guest, SourceMode.AUTO)) {
      assertThat(source.qemuVersion()).matches("\\d+\\.\\d+\\.\\d+");
      assertThatThrownBy(() -> open(guest, SourceMode.AUTO))
          .hasMessageContaining("one client at a time");
    }
  }

  @Test
  void nothingIsLeftInTheDirectoryOfTheSocket() throws Exception {
    try (QemuGuest guest = start(Machine.Q35, PACED);
        DrivenSource source =
            DrivenSource.open(guest.agentSocket(), DriveOptions.DEFAULTS.withSocketParent(dir))) {
      source.capture(new CapturedGuest());
      try (Stream<Path> left = Files.list(dir)) {
        assertThat(left).isEmpty();
      }
    }
  }

  private static QemuGuest start(Machine machine, GuestProgram program) throws Exception {
    QemuGuest guest = QemuGuest.start(new GuestSpec(machine, 128, program));
    guest.awaitMarker(BOOT);
    return guest;
  }

  private static CaptureSource open(QemuGuest guest, SourceMode mode) throws Exception {
    return SourceChoice.open(
        guest.agentSocket(),
        new QemuOptions(mode, 0, DriveOptions.DEFAULTS),
        new HostTrust(),
        new QmpFaults());
  }

  /** What a mode may turn out to be on this host. */
  private static Set<CaptureMode> modesOf(SourceMode mode) {
    return mode == SourceMode.AUTO
        ? Set.of(CaptureMode.KERNEL, CaptureMode.BACKGROUND)
        : Set.of(CaptureMode.valueOf(mode.name()));
  }

  /** A pipeline that breaks after some pages. */
  private static final class Failing implements GuestStateHandler {
    private int left;

    Failing(int pages) {
      left = pages;
    }

    @Override
    public Coverage machine(MachineDescription machine) throws IOException {
      failAtLast();
      return machine.coverage();
    }

    @Override
    public void page(int block, long pageIndex, byte[] buffer, int at) throws IOException {
      failAtLast();
    }

    @Override
    public void zeroPages(int block, long firstPage, long pageCount) {}

    @Override
    public void deviceState(ByteBuffer bytes) {}

    private void failAtLast() throws IOException {
      if (left-- == 0) {
        throw new IOException("Kafka is gone");
      }
    }
  }

  /** A pipeline that stands. */
  private static final class Stalling implements GuestStateHandler {
    private final CountDownLatch reading;

    Stalling(CountDownLatch reading) {
      this.reading = reading;
    }

    @Override
    public Coverage machine(MachineDescription machine) {
      return machine.coverage();
    }

    @Override
    public void page(int block, long pageIndex, byte[] buffer, int at) {
      reading.countDown();
      // An interrupt is found by whoever reads the stream next.
      while (!Thread.currentThread().isInterrupted()) {
        Thread.onSpinWait();
      }
    }

    @Override
    public void zeroPages(int block, long firstPage, long pageCount) {}

    @Override
    public void deviceState(ByteBuffer bytes) {}
  }

  /**
   * Takes pages slower than the guest writes them: a reader as fast as QEMU lets a capture converge
   * on a quiet machine.
   */
  private static final class SlowReader implements GuestStateHandler {
    private final CapturedGuest guest;
    private final long endOfLimit;
    private long pagesAfterLimit;

    SlowReader(CapturedGuest guest, Duration limit) {
      this.guest = guest;
      this.endOfLimit = System.nanoTime() + limit.toNanos();
    }

    @Override
    public Coverage machine(MachineDescription machine) {
      return guest.machine(machine);
    }

    @Override
    public void page(int block, long pageIndex, byte[] buffer, int at) throws IOException {
      LockSupport.parkNanos(20_000);
      if (System.nanoTime() - endOfLimit > 0) {
        pagesAfterLimit++;
      }
      guest.page(block, pageIndex, buffer, at);
    }

    @Override
    public void zeroPages(int block, long firstPage, long pageCount) {
      guest.zeroPages(block, firstPage, pageCount);
    }

    @Override
    public void deviceState(ByteBuffer bytes) {
      guest.deviceState(bytes);
    }
  }
}
