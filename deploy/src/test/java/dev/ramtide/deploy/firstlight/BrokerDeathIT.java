package dev.ramtide.deploy.firstlight;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ramtide.deploy.demo.GuestProgram;
import dev.ramtide.deploy.demo.GuestSpec;
import dev.ramtide.deploy.demo.Machine;
import dev.ramtide.deploy.demo.QemuGuest;
import dev.ramtide.deploy.embedded.FreePort;
import dev.ramtide.deploy.testbed.RamtideProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** GuestFirst and NothingLost when Kafka dies in the middle of a capture. */
final class BrokerDeathIT {
  private static final Duration SOON = Duration.ofSeconds(90);

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"stop", "live", "background"})
  void theGuestRunsOnTheErrorSaysWhatToDoAndTheNextRunWorks(String mode) throws Exception {
    String port = Integer.toString(FreePort.find());
    String server = "127.0.0.1:" + port;
    GuestSpec spec = new GuestSpec(Machine.Q35, 384, GuestProgram.busy(256, 1024));
    try (QemuGuest source = QemuGuest.start(spec)) {
      source.awaitMarker(SOON);
      String[] agent = {
        "agent",
        "--vm",
        "dies",
        "--qmp",
        source.agentSocket().toString(),
        "--mode",
        mode,
        "--once",
        "--bootstrap-server",
        server,
        "--command-config",
        impatient().toString()
      };
      try (RamtideProcess broker = broker(port);
          RamtideProcess first = RamtideProcess.start(directory, agent)) {
        first.awaitStderr("epoch claimed", SOON);
        broker.kill();
        assertThat(first.awaitExit(SOON)).isNotZero();
        assertThat(first.stderr()).contains(server).doesNotContain("\tat ");
      }
      assertThat(source.status().running()).isTrue();
      source.awaitNextPass(SOON);
      sealOnce(port, agent);
    }
    requireRestorable(spec);
  }

  private void sealOnce(String port, String[] agent) throws Exception {
    String[] follow = {
      "sink",
      "--images",
      directory.resolve("images").toString(),
      "--vm",
      "dies",
      "--until-sealed",
      "1",
      "--bootstrap-server",
      "127.0.0.1:" + port
    };
    try (RamtideProcess broker = broker(port);
        RamtideProcess next = RamtideProcess.start(directory, agent);
        RamtideProcess sink = RamtideProcess.start(directory, follow)) {
      assertThat(next.awaitExit(SOON)).as(next.stderr()).isZero();
      assertThat(sink.awaitExit(SOON)).as("%s, broker %d", sink.stderr(), broker.pid()).isZero();
    }
  }

  /** The agent gives up after six seconds instead of thirty; what it does then is the same. */
  private Path impatient() throws IOException {
    return Files.writeString(
        directory.resolve("client.properties"),
        "delivery.timeout.ms=6000\nrequest.timeout.ms=3000\nlinger.ms=0\nmax.block.ms=6000\n");
  }

  private void requireRestorable(GuestSpec spec) throws Exception {
    try (QemuGuest restored = QemuGuest.startIncoming(spec)) {
      restored.loadMappedRam(directory.resolve("images/dies/ram.img"), false);
      restored.cont();
      restored.awaitNextPass(SOON);
      assertThat(restored.foundItselfTorn()).isFalse();
    }
  }

  private RamtideProcess broker(String port) throws Exception {
    return RamtideProcess.start(
            directory, "kafka", "--data", directory.resolve("kafka").toString(), "--port", port)
        .awaitStdout("ready", SOON);
  }
}
