package dev.ramtide.deploy.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ramtide.deploy.demo.GuestProgram;
import dev.ramtide.deploy.demo.GuestSpec;
import dev.ramtide.deploy.demo.Machine;
import dev.ramtide.deploy.demo.QemuGuest;
import dev.ramtide.deploy.testbed.Pipeline;
import dev.ramtide.producer.procfs.LinuxProcFs;
import dev.ramtide.producer.procfs.ProcessFiles;
import dev.ramtide.producer.procfs.SoftDirtyConditions;
import dev.ramtide.producer.procfs.UnsuitableHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * SealedEqualsGuest when memory is read through the host: while the guest stands its own QEMU
 * writes its memory to a file, whose hash the manifest keeps.
 */
@Timeout(400)
final class ScanModeIT {
  private static final Duration SOON = Duration.ofMinutes(2);
  private static final int CHECKPOINTS = 5;

  @TempDir private Path directory;

  @Test
  void eachCheckpointIsTheMemoryThatQemuItselfSaved() throws Exception {
    Path hookSocket = directory.resolve("hook.sock");
    GuestSpec spec =
        new GuestSpec(Machine.Q35, 96, GuestProgram.busy(32, 1024))
            .withArguments("-qmp", "unix:" + hookSocket + ",server=on,wait=off");
    try (Pipeline pipeline = Pipeline.start(directory)) {
      List<JsonNode> manifests;
      try (QemuGuest guest = QemuGuest.start(spec)) {
        guest.awaitMarker(SOON);
        manifests = checkpoints(pipeline, guest, hook(hookSocket, spec));
        guest.awaitNextPass(SOON);
        assertThat(guest.foundItselfTorn()).isFalse();
      }
      assertThat(manifests).hasSize(CHECKPOINTS).allSatisfy(ScanModeIT::assertIsAScan);
      assertThat(manifests)
          .extracting(manifest -> manifest.get("keyframe").asBoolean())
          .containsExactly(true, false, false, true, false);
      for (int checkpoint : List.of(1, 3, 5)) {
        assertRestoresWithHash(pipeline, spec, manifests.get(checkpoint - 1));
      }
    }
  }

  private static List<JsonNode> checkpoints(Pipeline pipeline, QemuGuest guest, String hook)
      throws Exception {
    return pipeline.run(
        "agent",
        "--vm",
        "scanned",
        "--qmp",
        guest.agentSocket().toString(),
        "--mode",
        "scan",
        "--checkpoints",
        Integer.toString(CHECKPOINTS),
        "--interval",
        "1s",
        "--keyframe-interval",
        "3",
        "--pause-hook",
        hook,
        "--pause-hook-timeout",
        "60s");
  }

  /** The other ones than the agent's: a socket for it, and a file for the memory. */
  private String hook(Path socket, GuestSpec spec) {
    Path memory = directory.resolve("memory");
    String arguments =
        "{\"val\":0,\"size\":%d,\"filename\":\"%s\"}".formatted(spec.memoryBytes(), memory);
    return "%s -XX:TieredStopAtLevel=1 -cp %s dev.ramtide.deploy.cli.Ramtide qmp --qmp %s pmemsave '%s' >&2 && sha256sum <%s"
        .formatted(
            Path.of(System.getProperty("java.home"), "bin", "java"),
            System.getProperty("java.class.path"),
            socket,
            arguments,
            memory);
  }

  private static void assertIsAScan(JsonNode manifest) {
    assertThat(manifest.get("mode").asText()).isEqualTo("scan");
    assertThat(manifest.at("/pauseHook/result").asText()).isEqualTo("succeeded");
    long pages = manifest.at("/hostReads/marked").asLong();
    assertThat(pages).as("all memory").isGreaterThan(96 * 256);
    assertThat(manifest.at("/hostReads/firstPass").asLong()).isEqualTo(pages);
    assertThat(manifest.at("/hostReads/audited").asLong()).isZero();
    assertThat(manifest.get("pauseMs").asDouble())
        .isGreaterThan(manifest.at("/pauseHook/ms").asDouble());
  }

  private void assertRestoresWithHash(Pipeline pipeline, GuestSpec spec, JsonNode manifest)
      throws Exception {
    long checkpoint = manifest.get("checkpoint").asLong();
    Path image = pipeline.restore("scanned", checkpoint, "scanned-" + checkpoint + ".img");
    try (QemuGuest restored = QemuGuest.startIncoming(spec)) {
      restored.loadMappedRam(image, false);
      restored.stop();
      Path memory = directory.resolve("restored");
      restored.savePhysical(0, spec.memoryBytes(), memory);
      assertThat(sha256(memory) + "  -")
          .as("checkpoint %d", checkpoint)
          .isEqualTo(manifest.at("/pauseHook/output").asText());
      restored.cont();
      assertThat(restored.goesOnCounting(SOON)).isTrue();
    }
  }

  private static String sha256(Path file) throws Exception {
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    return HexFormat.of().formatHex(digest.digest(Files.readAllBytes(file)));
  }

  /** What an operator learns on a host whose kernel marks nothing. */
  @Test
  void kernelModeSaysWhatTheHostLacks() throws Exception {
    assumeThat(kernelMarks())
        .as("SKIPPED: this kernel has soft-dirty marks, so it lacks nothing that could be told of")
        .isFalse();
    try (Pipeline pipeline = Pipeline.start(directory);
        QemuGuest guest =
            QemuGuest.start(new GuestSpec(Machine.Q35, 64, GuestProgram.busy(16, 512)))) {
      guest.awaitMarker(SOON);
      String[] args = {
        "agent", "--vm", "unmarked", "--qmp", guest.agentSocket().toString(), "--once"
      };
      assertThat(pipeline.fail(with(args, "--mode", "kernel")))
          .contains("CONFIG_MEM_SOFT_DIRTY", "--mode scan");
      assertThat(guest.stderr()).as("QEMU was left alone").isEmpty();
      assertThat(pipeline.run(with(args, "--mode", "auto")).get(0).get("mode").asText())
          .isIn("background", "live");
    }
  }

  private static String[] with(String[] args, String... more) {
    return Stream.concat(Arrays.stream(args), Arrays.stream(more)).toArray(String[]::new);
  }

  private static boolean kernelMarks() throws Exception {
    LinuxProcFs procFs = new LinuxProcFs();
    try (ProcessFiles own = procFs.open(procFs.ownPid())) {
      SoftDirtyConditions.require(procFs, own, List.of());
      return true;
    } catch (UnsuitableHostException e) {
      return false;
    }
  }
}
