package dev.ramtide.deploy.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.ramtide.checkpoint.CaptureMode;
import dev.ramtide.deploy.demo.GuestProgram;
import dev.ramtide.deploy.testbed.QemuBinary;
import dev.ramtide.deploy.testbed.VersionedGuest;
import dev.ramtide.producer.capture.CaptureFacts;
import dev.ramtide.producer.capture.DriveMode;
import dev.ramtide.producer.capture.DriveOptions;
import dev.ramtide.producer.capture.DrivenSource;
import dev.ramtide.producer.capture.ListenAddress;
import dev.ramtide.producer.capture.ListeningSource;
import dev.ramtide.producer.capture.MultifdOptions;
import dev.ramtide.producer.qmp.MigrationState;
import dev.ramtide.producer.qmp.QmpObject;
import dev.ramtide.qemustream.MultifdCompression;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * QEMU's own multifd, of several versions and with all that they do differently: a guest that
 * writes while it is sent, in several rounds, and the memory in which QEMU stopped it.
 */
@Timeout(300)
class MultifdIT {
  private static final GuestProgram BUSY = GuestProgram.busy(64, 4000);

  /** A busy machine compresses more slowly than the guest writes: then it is stopped. */
  private static final Duration CONVERGENCE = Duration.ofSeconds(10);

  @TempDir private Path dir;

  @ParameterizedTest
  @CsvSource({
    "installed, pc-q35-10.0, 1, none, multifd",
    "installed, pc-q35-10.0, 4, none, multifd",
    "installed, pc-q35-10.0, 2, zlib, multifd",
    "installed, pc-q35-10.0, 4, zstd, multifd",
    "installed, pc-q35-10.0, 2, none, legacy",
    "installed, pc-q35-10.0, 2, zstd, none",
    "installed, pc-q35-8.1, 2, none, multifd",
    "installed, pc-q35-8.0, 4, none, legacy",
    "installed, pc-q35-8.0, 2, zstd, multifd",
    "installed, pc-q35-7.2, 2, zlib, legacy",
    "bookworm, pc-q35-7.2, 1, none, ",
    "bookworm, pc-q35-7.2, 4, none, ",
    "bookworm, pc-q35-7.2, 2, zlib, ",
    "bookworm, pc-q35-7.2, 4, zstd, ",
  })
  void whatArrivesIsTheMemoryInWhichQemuStoppedTheGuest(
      String qemu, String machine, int channels, String compression, String zeroPages)
      throws Exception {
    try (VersionedGuest guest = start(qemu, machine);
        ListeningSource source = listen("unix:" + dir.resolve("in.sock"), channels)) {
      Map<String, Object> parameters = new HashMap<>();
      parameters.put("multifd-channels", channels);
      parameters.put("multifd-compression", compression);
      if (zeroPages != null) {
        parameters.put("zero-page-detection", zeroPages);
      }
      guest.prepareMigration(Set.of("multifd"), parameters);
      // A second migration out of a QEMU 7.2 loses pages that the guest writes, if it is slow: one
      // to
      // another QEMU does too.
      for (int round = 0; round < (qemu.equals("bookworm") ? 1 : 2); round++) {
        CapturedGuest captured = new CapturedGuest();
        CompletableFuture<CaptureFacts> capture = captureInto(source, captured);
        MigrationState end = guest.migrateTo(source.uri());
        assertThat(end.isCompleted()).as("%s: %s", end, outcome(capture)).isTrue();
        capture.join();
        captured.assertEqualTo(guest.saveMemory("memory" + round));
        captured.assertOneInstantOf(BUSY);
        assertThat(guest.passesOverMemory()).as("rounds").isGreaterThan(2);
        guest.execute("cont");
        guest.awaitNextPass();
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "pc-q35-10.0, 0, give --multifd-channels",
    "pc-q35-8.0, 0, give --multifd-channels",
    "pc-q35-10.0, 2, 3 multifd channels connected",
    "pc-q35-8.0, 2, 3 multifd channels connected",
  })
  void channelsThatWereNotExpectedAreRefusedAndTheGuestRunsOn(
      String machine, int expected, String message) throws Exception {
    try (VersionedGuest guest = start("installed", machine);
        ListeningSource source = listen("tcp:127.0.0.1:0", expected)) {
      guest.prepareMigration(Set.of("multifd"), Map.of("multifd-channels", 3));
      for (int number = 0; number < 2; number++) {
        CompletableFuture<CaptureFacts> capture = captureInto(source, new CapturedGuest());
        assertThat(guest.migrateTo(source.uri()).isCompleted()).isFalse();
        assertThat(outcome(capture)).hasMessageContaining(message);
        guest.awaitNextPass();
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "pc-q35-10.0, LIVE, 2, NONE",
    "pc-q35-10.0, STOP, 3, ZSTD",
    "pc-q35-8.0, LIVE, 2, ZLIB",
    "pc-q35-8.0, AUTO, 1, NONE"
  })
  void aDrivenQemuSendsThroughChannelsAndGetsItsSettingsBack(
      String machine, DriveMode mode, int channels, MultifdCompression compression)
      throws Exception {
    try (VersionedGuest guest = start("installed", machine);
        DrivenSource source =
            DrivenSource.open(
                guest.agentSocket(),
                DriveOptions.DEFAULTS
                    .withMode(mode)
                    .withLiveLimit(CONVERGENCE)
                    .withMultifd(new MultifdOptions(channels, compression)))) {
      List<QmpObject> settings = guest.migrationSettings();
      for (int number = 0; number < 2; number++) {
        CapturedGuest captured = new CapturedGuest();
        CaptureFacts facts = source.capture(captured);
        captured.assertOneInstantOf(BUSY);
        assertThat(facts.mode())
            .isEqualTo(mode == DriveMode.STOP ? CaptureMode.STOP : CaptureMode.LIVE);
        guest.awaitNextPass();
      }
      assertThat(guest.migrationSettings()).isEqualTo(settings);
      guest.execute("stop");
      CapturedGuest standing = new CapturedGuest();
      source.capture(standing);
      standing.assertEqualTo(guest.saveMemory("standing"));
      assertThat(guest.status().name()).isEqualTo("paused");
    }
  }

  /** A log that fails while pages come on all channels, and an agent that is told to stop then. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aCaptureThatEndsEarlyLeavesTheGuestRunning(boolean interrupted) throws Exception {
    try (VersionedGuest guest = start("installed", "pc-q35-10.0");
        DrivenSource source =
            DrivenSource.open(
                guest.agentSocket(),
                DriveOptions.DEFAULTS
                    .withLiveLimit(CONVERGENCE)
                    .withMultifd(new MultifdOptions(2, MultifdCompression.NONE)))) {
      Thread reader = Thread.currentThread();
      CapturedGuest ending =
          new CapturedGuest() {
            @Override
            public void page(int block, long pageIndex, byte[] buffer, int at) throws IOException {
              if (pageIndex == 7000 && interrupted) {
                reader.interrupt();
              } else if (pageIndex == 7000) {
                throw new IOException("the log is full");
              }
            }
          };
      Throwable thrown = catchThrowable(() -> source.capture(ending));
      if (interrupted) {
        assertThat(thrown).isInstanceOf(InterruptedException.class);
      } else {
        assertThat(thrown).hasMessage("the log is full");
      }
      guest.awaitNextPass();
      CapturedGuest captured = new CapturedGuest();
      source.capture(captured);
      captured.assertOneInstantOf(BUSY);
    }
  }

  private VersionedGuest start(String qemu, String machine) throws Exception {
    QemuBinary binary = qemu.equals("bookworm") ? QemuBinary.bookworm() : QemuBinary.installed();
    VersionedGuest guest = VersionedGuest.start(binary, machine, BUSY, dir.resolve("guest"));
    guest.awaitMarker();
    return guest;
  }

  private static ListeningSource listen(String address, int channels) throws IOException {
    return ListeningSource.open(ListenAddress.parse(address), channels, false);
  }

  private static CompletableFuture<CaptureFacts> captureInto(
      ListeningSource source, CapturedGuest captured) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return source.capture(captured);
          } catch (IOException | InterruptedException e) {
            throw new CompletionException(e);
          }
        });
  }

  private static Throwable outcome(CompletableFuture<CaptureFacts> capture) {
    Throwable thrown = catchThrowable(capture::join);
    return thrown instanceof CompletionException ? thrown.getCause() : thrown;
  }
}
