package dev.ramtide.deploy.firstlight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ramtide.deploy.demo.GuestProgram;
import dev.ramtide.deploy.demo.GuestSpec;
import dev.ramtide.deploy.demo.Machine;
import dev.ramtide.deploy.demo.QemuGuest;
import dev.ramtide.deploy.testbed.Pipeline;
import dev.ramtide.deploy.testbed.RamtideProcess;
import dev.ramtide.sink.image.ChannelFile;
import dev.ramtide.sink.state.ControlFile;
import dev.ramtide.sink.state.ControlState;
import dev.ramtide.sink.state.ImagePaths;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * OrderIndependence, SealedIsNeverTorn and NothingLost over several checkpoints, processes and
 * crashes.
 */
final class CheckpointsIT {
  private static final Duration SOON = Duration.ofSeconds(60);

  @TempDir private static Path directory;
  private static Pipeline pipeline;

  @BeforeAll
  static void start() throws IOException {
    pipeline = Pipeline.start(directory);
  }

  @AfterAll
  static void stop() {
    pipeline.close();
  }

  @Test
  void laterCheckpointsPublishWhatChangedAndSealInPlace() throws Exception {
    GuestSpec spec = new GuestSpec(Machine.Q35, 128, GuestProgram.paced(32, 256, 2000));
    try (QemuGuest source = QemuGuest.start(spec);
        RamtideProcess sink =
            pipeline.start(
                "sink",
                "--images",
                pipeline.images("follow").toString(),
                "--vm",
                "delta",
                "--until-sealed",
                "3")) {
      source.awaitMarker(SOON);
      List<JsonNode> manifests =
          pipeline.run(
              "agent",
              "--vm",
              "delta",
              "--qmp",
              source.agentSocket().toString(),
              "--mode",
              "background",
              "--checkpoints",
              "3",
              "--interval",
              "1s");
      assertThat(manifests).hasSize(3);
      long whole = manifests.get(0).at("/pages/published").asLong();
      for (JsonNode later : manifests.subList(1, 3)) {
        assertThat(later.get("keyframe").asBoolean()).isFalse();
        assertThat(later.at("/pages/scanned").asLong()).isEqualTo(whole);
        assertThat(later.at("/pages/published").asLong())
            .isBetween(1L, 256L + 200L); // The hot pages and some of QEMU's own.
        assertThat(later.at("/pages/unchanged").asLong())
            .isEqualTo(whole - later.at("/pages/published").asLong());
      }
      assertThat(sink.awaitExit(SOON)).as(sink.stderr()).isZero();
      assertRestoresAndGoesOn(spec, pipeline.image("follow", "delta"));
      assertRestoresAndGoesOn(spec, pipeline.restore("delta", 2, "second.img"));
    }
  }

  @Test
  void everyWayToACheckpointGivesTheSameBytes() throws Exception {
    GuestSpec spec = new GuestSpec(Machine.PC, 128, GuestProgram.busy(32, 512));
    try (QemuGuest source = QemuGuest.start(spec)) {
      source.awaitMarker(SOON);
      pipeline.run(
          "agent",
          "--vm",
          "same",
          "--qmp",
          source.agentSocket().toString(),
          "--mode",
          "stop",
          "--checkpoints",
          "2",
          "--interval",
          "200ms",
          "--partitions",
          "6");
    }
    Path sealed = pipeline.seal("one", "same", 2);
    Pipeline.assertSameBytes(pipeline.restore("same", 2, "from-log.img"), sealed);
    Pipeline.assertSameBytes(filledByTwoProcesses("same", 2), sealed);
    Pipeline.assertSameBytes(filledTwiceFromZero("same", 2), sealed);
    JsonNode verified =
        pipeline.run("verify", pipeline.images("one").resolve("same").toString()).get(0);
    assertThat(verified.get("result").asText()).isEqualTo("equal");
    assertThat(
            pipeline.run("verify", sealed.toString(), "--vm", "same").get(0).get("result").asText())
        .isEqualTo("equal");
  }

  private static Path filledByTwoProcesses(String vm, int checkpoint) throws Exception {
    String[] args = {
      "sink",
      "--images",
      pipeline.images("two").toString(),
      "--vm",
      vm,
      "--threads",
      "1",
      "--until-sealed",
      "" + checkpoint
    };
    try (RamtideProcess first = pipeline.start(args);
        RamtideProcess second = pipeline.start(args)) {
      assertThat(first.awaitExit(SOON)).as(first.stderr()).isZero();
      assertThat(second.awaitExit(SOON)).as(second.stderr()).isZero();
    }
    return pipeline.image("two", vm);
  }

  /** The same image, all events once more over the bytes that are there: its states are gone. */
  private static Path filledTwiceFromZero(String vm, int checkpoint) throws Exception {
    Path image = pipeline.seal("twice", vm, checkpoint);
    ImagePaths paths = new ImagePaths(image.getParent());
    try (ControlFile control = new ControlFile(ChannelFile.open(paths.control()))) {
      control.write(control.read().orElseThrow().to(new ControlState.Filling()));
    }
    for (int partition = 0; partition < 6; partition++) {
      Files.delete(paths.state(partition));
    }
    return pipeline.seal("twice", vm, checkpoint);
  }

  @Test
  void aSinkKilledInTheMiddleOfApplyingEndsInTheSameImage() throws Exception {
    GuestSpec spec = new GuestSpec(Machine.Q35, 768, GuestProgram.busy(512, 2048));
    try (QemuGuest source = QemuGuest.start(spec)) {
      source.awaitMarker(SOON);
      pipeline.run(
          "agent",
          "--vm",
          "killed",
          "--qmp",
          source.agentSocket().toString(),
          "--mode",
          "background",
          "--once");
    }
    String[] args = {
      "sink",
      "--images",
      pipeline.images("killed").toString(),
      "--vm",
      "killed",
      "--until-sealed",
      "1"
    };
    Path image = pipeline.image("killed", "killed");
    try (RamtideProcess sink = pipeline.start(args)) {
      await()
          .atMost(SOON)
          .pollInterval(Duration.ofMillis(2))
          .until(() -> Files.exists(image) && allocatedBytes(image) > 100 << 20);
      sink.kill();
    }
    assertThat(pipeline.fail("verify", image.toString())).contains("QEMU refuses it too");
    assertQemuRefuses(spec, image);
    try (RamtideProcess sink = pipeline.start(args)) {
      assertThat(sink.awaitExit(SOON)).as(sink.stderr()).isZero();
    }
    Pipeline.assertSameBytes(pipeline.restore("killed", 1, "killed.img"), image);
    assertRestoresAndGoesOn(spec, image);
  }

  private static void assertQemuRefuses(GuestSpec spec, Path image) throws Exception {
    try (QemuGuest restored = QemuGuest.startIncoming(spec)) {
      assertThatThrownBy(() -> restored.loadMappedRam(image, false))
          .isInstanceOf(IOException.class);
    }
  }

  private static void assertRestoresAndGoesOn(GuestSpec spec, Path image) throws Exception {
    try (QemuGuest restored = QemuGuest.startIncoming(spec)) {
      restored.loadMappedRam(image, false);
      restored.cont();
      restored.awaitNextPass(SOON);
      assertThat(restored.foundItselfTorn()).isFalse();
    }
  }

  @Test
  void aFileThatQemuWroteIsPublishedWithTheDigestOfItsStream() throws Exception {
    GuestSpec spec = new GuestSpec(Machine.Q35, 128, GuestProgram.idle(16));
    Path native0 = directory.resolve("native.img");
    try (QemuGuest source = QemuGuest.start(spec)) {
      source.awaitMarker(SOON);
      source.stop();
      JsonNode streamed =
          pipeline
              .run(
                  "agent",
                  "--vm",
                  "streamed",
                  "--qmp",
                  source.agentSocket().toString(),
                  "--mode",
                  "stop",
                  "--once")
              .get(0);
      source.cont();
      source.stop();
      source.migrateTo("file:" + native0, Set.of("mapped-ram"));
      JsonNode filed =
          pipeline.run("agent", "--vm", "filed", "--image", native0.toString(), "--once").get(0);
      JsonNode verified = pipeline.run("verify", native0.toString()).get(0);
      assertThat(filed.get("digest"))
          .isEqualTo(verified.get("digest"))
          .isEqualTo(streamed.get("digest"));
      try (QemuGuest restored = QemuGuest.startIncoming(spec)) {
        restored.loadMappedRam(pipeline.seal("filed", "filed", 1), true);
        assertThat(source.compareAllRam(restored).pagesDifferent()).isZero();
      }
    }
  }

  private static long allocatedBytes(Path file) throws IOException, InterruptedException {
    Process stat = new ProcessBuilder("stat", "-c", "%b", file.toString()).start();
    String blocks = new String(stat.getInputStream().readAllBytes()).strip();
    stat.waitFor();
    return blocks.isEmpty() ? 0 : Long.parseLong(blocks) * 512;
  }
}
