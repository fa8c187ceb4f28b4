package dev.ramtide.deploy.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.ramtide.checkpoint.CaptureMode;
import dev.ramtide.deploy.demo.GuestProgram;
import dev.ramtide.deploy.demo.GuestSpec;
import dev.ramtide.deploy.demo.Machine;
import dev.ramtide.deploy.demo.QemuGuest;
import dev.ramtide.producer.capture.ListenAddress;
import dev.ramtide.producer.capture.ListeningSource;
import dev.ramtide.qemustream.MalformedStreamException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Somebody else drives QEMU: here, the test. */
@Timeout(60)
class ListeningSourceIT {
  private static final GuestProgram PROGRAM = GuestProgram.paced(16, 2000, 10_000);

  @TempDir Path dir;

  @Test
  void aMigrationToAUnixSocketIsACapture() throws Exception {
    capture("unix:" + dir.resolve("in.sock"));
  }

  @Test
  void aMigrationToATcpPortIsACapture() throws Exception {
    capture("tcp:127.0.0.1:0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"dirty-bitmaps", "x-ignore-shared"})
  void aStreamThatCannotBeCarriedIsRefusedAndTheGuestRunsOn(String capability) throws Exception {
    try (QemuGuest guest = start();
        ListeningSource source =
            ListeningSource.open(ListenAddress.parse("tcp:127.0.0.1:0"), 0, false)) {
      CompletableFuture<Throwable> outcome =
          CompletableFuture.supplyAsync(
              () -> catchThrowable(() -> source.capture(new CapturedGuest())));
      Throwable migration = catchThrowable(() -> guest.migrateTo(source.uri(), Set.of(capability)));
      assertThat(outcome.get())
          .isInstanceOf(MalformedStreamException.class)
          .hasMessageContaining(capability);
      assertThat(migration).isInstanceOf(IOException.class);
      assertThat(guest.status().running()).isTrue();
    }
  }

  @Test
  void anAddressInUseIsRefused() throws Exception {
    try (ListeningSource source =
        ListeningSource.open(ListenAddress.parse("tcp:127.0.0.1:0"), 0, false)) {
      assertThatThrownBy(() -> ListeningSource.open(ListenAddress.parse(source.uri()), 0, false))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("cannot listen on " + source.uri());
    }
  }

  private static void capture(String address) throws Exception {
    try (QemuGuest guest = start();
        ListeningSource source = ListeningSource.open(ListenAddress.parse(address), 0, false)) {
      for (int number = 0; number < 2; number++) {
        CapturedGuest captured = new CapturedGuest();
        CompletableFuture<CaptureMode> mode =
            CompletableFuture.supplyAsync(() -> mode(source, captured));
        guest.migrateTo(source.uri(), Set.of());
        guest.cont();
        assertThat(mode.get()).isEqualTo(CaptureMode.EXTERNAL);
        captured.assertOneInstantOf(PROGRAM);
      }
    }
  }

  private static CaptureMode mode(ListeningSource source, CapturedGuest captured) {
    try {
      return source.capture(captured).mode();
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static QemuGuest start() throws Exception {
    QemuGuest guest = QemuGuest.start(new GuestSpec(Machine.Q35, 128, PROGRAM));
    guest.awaitMarker(Duration.ofSeconds(30));
    guest.awaitNextPass(Duration.ofSeconds(30));
    return guest;
  }
}
