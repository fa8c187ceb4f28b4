package dev.ramtide.deploy.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ramtide.deploy.demo.GuestProgram;
import dev.ramtide.deploy.demo.GuestSpec;
import dev.ramtide.deploy.demo.Machine;
import dev.ramtide.deploy.demo.QemuGuest;
import dev.ramtide.deploy.embedded.FreePort;
import dev.ramtide.deploy.testbed.Pipeline;
import dev.ramtide.deploy.testbed.RamtideProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An agent that goes on whatever else stops. */
final class AgentDaemonIT {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final GuestSpec SPEC = new GuestSpec(Machine.Q35, 64, GuestProgram.busy(16, 512));

  @TempDir private Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"background", "live", "stop"})
  void toldToEndItLeavesTheGuestRunningAndQemuAsItWas(String mode) throws Exception {
    try (Pipeline pipeline = Pipeline.start(directory);
        QemuGuest guest = QemuGuest.start(SPEC)) {
      guest.awaitMarker(SOON);
      OwnersQemu qemu = OwnersQemu.of(guest);
      try (RamtideProcess agent = agent(pipeline.bootstrapServers(), guest.agentSocket(), mode)) {
        await().atMost(SOON).until(() -> Pipeline.jsonLines(agent).size() >= 13);
        agent.terminate();
        assertThat(agent.awaitExit(SOON)).as(agent.stderr()).isEqualTo(143);
        qemu.requireUntouched();
        requireBeats(Pipeline.jsonLines(agent));
        assertThat(agent.stderr()).doesNotContain("ramtide guard");
      }
      guest.awaitNextPass(SOON);
    }
  }

  /**
   * Checkpoints begin half a second apart, or as many halves later as were skipped. A busy host
   * delays any of them, so the least late ones are compared: if what is late added up, they too
   * would be later and later.
   */
  private static void requireBeats(List<JsonNode> manifests) {
    Instant first = start(manifests.get(1));
    List<Long> late = new ArrayList<>();
    long beats = 0;
    for (JsonNode manifest : manifests.subList(2, manifests.size())) {
      beats += 1 + manifest.get("skippedBeats").asLong();
      late.add(Duration.between(first, start(manifest)).toMillis() - 500 * beats);
    }
    int half = late.size() / 2;
    long earlier = Collections.min(late.subList(0, half));
    long later = Collections.min(late.subList(half, late.size()));
    assertThat(later - earlier).as("late by ms: " + late).isBetween(-300L, 300L);
  }

  private static Instant start(JsonNode manifest) {
    return Instant.parse(manifest.get("start").asText());
  }

  @Test
  void aQemuThatIsStartedAnewIsFoundAgain() throws Exception {
    Path link = directory.resolve("qmp.sock");
    try (Pipeline pipeline = Pipeline.start(directory)) {
      QemuGuest first = QemuGuest.start(SPEC);
      first.awaitMarker(SOON);
      Files.createSymbolicLink(link, first.agentSocket());
      try (RamtideProcess agent = agent(pipeline.bootstrapServers(), link, "auto")) {
        await().atMost(SOON).until(() -> Pipeline.jsonLines(agent).size() >= 2);
        first.close();
        agent.awaitStderr("next try", SOON);
        Files.delete(link);
        try (QemuGuest second = QemuGuest.start(SPEC)) {
          second.awaitMarker(SOON);
          Files.createSymbolicLink(link, second.agentSocket());
          agent.awaitStderr("goes on after", SOON);
          int before = Pipeline.jsonLines(agent).size();
          await().atMost(SOON).until(() -> Pipeline.jsonLines(agent).size() >= before + 2);
          Path image =
              pipeline.restore("daemon", Pipeline.jsonLines(agent).size() - 1L, "second-guest.img");
          requireGoesOn(image);
        }
        // Of its failures; there is a line for each state of a checkpoint besides.
        assertThat(agent.stderr().lines().filter(line -> !line.contains(" INFO ")))
            .as(agent.stderr())
            .hasSizeLessThan(20);
      } finally {
        first.close();
      }
    }
  }

  @Test
  void aBrokerThatIsAwayIsWaitedForAndANewEpochBegins() throws Exception {
    String port = Integer.toString(FreePort.find());
    try (QemuGuest guest = QemuGuest.start(SPEC)) {
      guest.awaitMarker(SOON);
      OwnersQemu qemu = OwnersQemu.of(guest);
      RamtideProcess broker = broker(port);
      try (RamtideProcess agent =
          agent("127.0.0.1:" + port, guest.agentSocket(), "auto", impatient())) {
        await().atMost(SOON).until(() -> Pipeline.jsonLines(agent).size() >= 2);
        broker.kill();
        agent.awaitStderr("next try", SOON);
        qemu.requireUntouched();
        guest.awaitNextPass(SOON);
        int before = Pipeline.jsonLines(agent).size();
        try (RamtideProcess again = broker(port)) {
          agent.awaitStderr("goes on after", SOON);
          await().atMost(SOON).until(() -> Pipeline.jsonLines(agent).size() >= before + 2);
          assertThat(again.isAlive()).isTrue();
        }
        JsonNode last = Pipeline.jsonLines(agent).get(before - 1);
        JsonNode next = Pipeline.jsonLines(agent).get(before);
        assertThat(next.get("epoch").asLong()).isGreaterThan(last.get("epoch").asLong());
        assertThat(next.get("keyframe").asBoolean()).isTrue();
        assertThat(next.get("checkpoint").asLong()).isGreaterThan(last.get("checkpoint").asLong());
      } finally {
        broker.close();
      }
    }
  }

  private RamtideProcess agent(String server, Path socket, String mode, String... more)
      throws Exception {
    List<String> args =
        new ArrayList<>(
            List.of("agent", "--vm", "daemon", "--qmp", socket.toString(), "--mode", mode));
    args.addAll(List.of("--interval", "500ms", "--json", "--bootstrap-server", server));
    args.addAll(List.of(more));
    return RamtideProcess.start(directory, args.toArray(String[]::new));
  }

  private String[] impatient() throws Exception {
    Path file =
        Files.writeString(
            directory.resolve("client.properties"),
            "delivery.timeout.ms=6000\nrequest.timeout.ms=3000\nlinger.ms=0\nmax.block.ms=6000\n"
                + "default.api.timeout.ms=6000\n");
    return new String[] {"--command-config", file.toString()};
  }

  private RamtideProcess broker(String port) throws Exception {
    return RamtideProcess.start(
            directory, "kafka", "--data", directory.resolve("kafka").toString(), "--port", port)
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
