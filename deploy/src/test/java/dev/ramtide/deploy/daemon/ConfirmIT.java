package dev.ramtide.deploy.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ramtide.deploy.demo.GuestProgram;
import dev.ramtide.deploy.demo.GuestSpec;
import dev.ramtide.deploy.demo.Machine;
import dev.ramtide.deploy.demo.QemuGuest;
import dev.ramtide.deploy.testbed.Pipeline;
import dev.ramtide.deploy.testbed.RamtideProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** With --confirm QEMU itself knows whether its checkpoint is safe. */
final class ConfirmIT {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final GuestSpec SPEC =
      new GuestSpec(Machine.Q35, 192, GuestProgram.busy(128, 512));

  @TempDir private Path directory;

  @ParameterizedTest
  @CsvSource({"live, ", "stop, ", "auto, ", "live, none", "stop, zstd"})
  void qemuIsToldThatItSucceededAndTheGuestGoesOn(String mode, String multifd) throws Exception {
    try (Pipeline pipeline = Pipeline.start(directory);
        QemuGuest guest = QemuGuest.start(SPEC)) {
      guest.awaitMarker(SOON);
      OwnersQemu qemu = OwnersQemu.of(guest);
      List<String> more = new ArrayList<>(List.of("--checkpoints", "2", "--interval", "200ms"));
      if (multifd != null) {
        more.addAll(List.of("--multifd-channels", "3", "--multifd-compression", multifd));
      }
      List<JsonNode> manifests = pipeline.run(args(guest, mode, more.toArray(String[]::new)));
      assertThat(manifests).hasSize(2);
      assertThat(manifests.get(0).get("mode").asText())
          .isEqualTo(mode.equals("auto") ? "live" : mode);
      assertThat(status(guest)).isEqualTo("completed");
      qemu.requireUntouched();
      guest.awaitNextPass(SOON);
      requireGoesOn(pipeline.restore("confirm", 2, "confirmed.img"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"live", "stop"})
  void qemuIsToldThatItFailedWhenTheLogIsGone(String mode) throws Exception {
    Path client =
        Files.writeString(
            directory.resolve("client.properties"),
            "delivery.timeout.ms=6000\nrequest.timeout.ms=3000\nlinger.ms=0\nmax.block.ms=6000\n");
    try (RamtideProcess broker = broker();
        QemuGuest guest = QemuGuest.start(SPEC)) {
      guest.awaitMarker(SOON);
      OwnersQemu qemu = OwnersQemu.of(guest);
      String server =
          broker
              .stdout()
              .lines()
              .filter(line -> line.contains("127.0.0.1:"))
              .findFirst()
              .orElseThrow()
              .replaceAll(".*?(127\\.0\\.0\\.1:\\d+).*", "$1");
      String[] args =
          args(
              guest,
              mode,
              "--once",
              "--bootstrap-server",
              server,
              "--command-config",
              client.toString(),
              "--pause-hook",
              "kill -9 " + broker.pid()); // whatever the mode, that is before the manifest
      try (RamtideProcess agent = RamtideProcess.start(directory, args)) {
        assertThat(agent.awaitExit(SOON)).as(agent.stderr()).isNotZero();
        assertThat(agent.stdout()).isEmpty();
      }
      assertThat(status(guest)).isIn("failed", "cancelled");
      qemu.requireUntouched();
      guest.awaitNextPass(SOON);
    }
  }

  @Test
  void aForeignDriverIsToldAsWell() throws Exception {
    try (Pipeline pipeline = Pipeline.start(directory);
        QemuGuest guest = QemuGuest.start(SPEC)) {
      guest.awaitMarker(SOON);
      Path socket = directory.resolve("listen.sock");
      try (RamtideProcess agent =
          pipeline.start(
              "agent", "--vm", "confirm", "--listen", "unix:" + socket, "--confirm", "--once")) {
        agent.awaitStderr("listening", SOON);
        guest.migrateTo("unix:" + socket, Set.of("return-path"));
        assertThat(agent.awaitExit(SOON)).as(agent.stderr()).isZero();
      }
      assertThat(status(guest)).isEqualTo("completed");
      requireGoesOn(pipeline.restore("confirm", 1, "foreign.img"));
    }
  }

  @Test
  void whatCannotBeConfirmedIsRefused() throws Exception {
    try (Pipeline pipeline = Pipeline.start(directory);
        QemuGuest guest = QemuGuest.start(SPEC);
        QemuGuest mute = QemuGuest.start(SPEC.withArguments("-machine", "suppress-vmdesc=on"))) {
      assertThat(pipeline.fail(args(guest, "background", "--once")))
          .contains("--mode live or stop");
      assertThat(pipeline.fail(args(mute, "live", "--once"))).contains("suppress-vmdesc=on");
      assertThat(pipeline.fail("agent", "--vm", "x", "--image", "y", "--confirm"))
          .contains("--listen");
      assertThat(pipeline.fail(args(guest, "live", "--once", "--multifd-compression", "zlib")))
          .contains("--multifd-compression needs --multifd-channels");
      guest.awaitMarker(SOON);
      guest.stop();
      assertThat(pipeline.fail(args(guest, "live", "--once"))).contains("the guest stands");
      assertThat(guest.status().name()).isEqualTo("paused");
    }
  }

  private static String[] args(QemuGuest guest, String mode, String... more) {
    List<String> args =
        new ArrayList<>(List.of("agent", "--vm", "confirm", "--confirm", "--mode", mode));
    args.addAll(List.of("--qmp", guest.agentSocket().toString()));
    args.addAll(List.of(more));
    return args.toArray(String[]::new);
  }

  private static String status(QemuGuest guest) throws Exception {
    return guest.execute("query-migrate", Map.of()).text("status");
  }

  private RamtideProcess broker() throws Exception {
    return RamtideProcess.start(
            directory, "kafka", "--data", directory.resolve("kafka").toString(), "--port", "0")
        .awaitStdout("ready", SOON);
  }

  private static void requireGoesOn(Path image) throws Exception {
    try (QemuGuest restored = QemuGuest.startIncoming(SPEC)) {
      restored.loadMappedRam(image, false);
      restored.cont();
      assertThat(restored.goesOnCounting(SOON)).isTrue();
    }
  }
}
