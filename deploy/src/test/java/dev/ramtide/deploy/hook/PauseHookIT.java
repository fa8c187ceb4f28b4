package dev.ramtide.deploy.hook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A guest's disk and its memory, of one instant. */
final class PauseHookIT {
  private static final Duration SOON = Duration.ofSeconds(60);

  /** Out of the source tree: the tests run in the module's directory. */
  private static final Path EXAMPLE = Path.of("examples", "snapshot-disk").toAbsolutePath();

  @TempDir private static Path directory;
  private static Pipeline pipeline;

  @BeforeAll
  static void start() throws Exception {
    pipeline = Pipeline.start(directory);
  }

  @AfterAll
  static void stop() {
    pipeline.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"background", "live", "stop"})
  void theDiskOfTheSnapshotIsThatOfTheCheckpoint(String mode) throws Exception {
    Path work = Files.createDirectories(directory.resolve("disk-" + mode));
    Path first = work.resolve("first.img");
    Files.write(first, DiskWriter.disk());
    Path hookSocket = work.resolve("hook.sock");
    GuestSpec spec =
        writing(first, "raw").withArguments("-qmp", "unix:" + hookSocket + ",server=on,wait=off");
    Path snapshots = Files.createDirectories(work.resolve("snapshots"));
    try (QemuGuest guest = QemuGuest.start(spec)) {
      awaitCount(guest, 100);
      JsonNode manifest = checkpoint(guest, mode, hookSocket, snapshots);
      System.out.println(mode + ": pause hook " + manifest.get("pauseHook"));
      assertThat(manifest.at("/pauseHook/result").asText()).isEqualTo("succeeded");
      assertThat(manifest.at("/pauseHook/output").asText()).isEqualTo("the first file");
      assertThat(manifest.get("pauseMs").asDouble())
          .isGreaterThan(manifest.at("/pauseHook/ms").asDouble());
      assertThat(guest.status().running()).isTrue();
      long after = guest.readDword(DiskWriter.BEGUN_ADDRESS);
      awaitCount(guest, after + 100); // The disk goes on, in the overlay.
    }
    int onDisk = DiskWriter.countOn(first);
    Path image = pipeline.restore("disk-" + mode, 1, "disk-" + mode + ".img");
    try (QemuGuest restored = QemuGuest.startIncoming(writing(first, "raw"))) {
      restored.loadMappedRam(image, false);
      int begun = restored.readDword(DiskWriter.BEGUN_ADDRESS);
      int confirmed = restored.readDword(DiskWriter.CONFIRMED_ADDRESS);
      assertThat(onDisk).as("begun %d, confirmed %d", begun, confirmed).isBetween(confirmed, begun);
      assertThat(begun - confirmed).isBetween(0, 1);
      assertThat(DiskWriter.countOn(flat(latest(snapshots))))
          .as("without the snapshot")
          .isGreaterThan(begun + 50);
      restored.cont();
      awaitCount(restored, begun + 100);
      assertThat(restored.readDword(DiskWriter.REFUSED_ADDRESS)).isZero();
    }
  }

  private JsonNode checkpoint(QemuGuest guest, String mode, Path hookSocket, Path snapshots)
      throws Exception {
    String ramtide =
        "%s -XX:TieredStopAtLevel=1 -cp %s dev.ramtide.deploy.cli.Ramtide"
            .formatted(
                Path.of(System.getProperty("java.home"), "bin", "java"),
                System.getProperty("java.class.path"));
    return pipeline
        .run(
            "agent",
            "--vm",
            "disk-" + mode,
            "--qmp",
            guest.agentSocket().toString(),
            "--mode",
            mode,
            "--once",
            "--pause-hook",
            "RAMTIDE='%s' %s %s disk1 %s".formatted(ramtide, EXAMPLE, hookSocket, snapshots),
            "--pause-hook-timeout",
            "30s")
        .get(0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"background", "live", "stop"})
  void aHookThatFailsCostsNeitherTheCheckpointNorTheGuest(String mode) throws Exception {
    GuestSpec spec = new GuestSpec(Machine.Q35, 64, GuestProgram.busy(16, 512));
    try (QemuGuest guest = QemuGuest.start(spec)) {
      guest.awaitMarker(SOON);
      String said =
          pipeline.fail(
              "agent",
              "--vm",
              "failing-" + mode,
              "--qmp",
              guest.agentSocket().toString(),
              "--mode",
              mode,
              "--once",
              "--pause-hook",
              "echo no space; exit 28");
      assertThat(said).contains("checkpoint 1 is taken", "ended with code 28", "no space");
      said =
          pipeline.fail(
              "agent",
              "--vm",
              "failing-" + mode,
              "--qmp",
              guest.agentSocket().toString(),
              "--mode",
              mode,
              "--once",
              "--pause-hook",
              "sleep 60",
              "--pause-hook-timeout",
              "500ms");
      assertThat(said).contains("checkpoint 2 is taken", "killed after its timeout");
      assertThat(guest.status().running()).isTrue();
      guest.awaitNextPass(SOON);
    }
    Path image = pipeline.restore("failing-" + mode, 2, "failing-" + mode + ".img");
    try (QemuGuest restored = QemuGuest.startIncoming(spec)) {
      restored.loadMappedRam(image, false);
      restored.cont();
      assertThat(restored.goesOnCounting(SOON)).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"background", "live", "stop"})
  void anAgentThatIsKilledWhileItsHookRunsLeavesTheGuestRunning(String mode) throws Exception {
    GuestSpec spec = new GuestSpec(Machine.Q35, 64, GuestProgram.busy(16, 512));
    try (QemuGuest guest = QemuGuest.start(spec)) {
      guest.awaitMarker(SOON);
      Path begun = directory.resolve("begun-" + mode);
      try (RamtideProcess agent =
          pipeline.start(
              "agent",
              "--vm",
              "killed-" + mode,
              "--qmp",
              guest.agentSocket().toString(),
              "--mode",
              mode,
              "--pause-hook",
              "touch " + begun + "; sleep 3")) {
        await().atMost(SOON).until(() -> Files.exists(begun));
        assertThat(guest.status().running()).isFalse();
        agent.kill();
        await().atMost(SOON).until(() -> guest.status().running());
        guest.awaitNextPass(SOON);
      }
    }
  }

  @Test
  void aHookNeedsAQemuThatWeDrive() throws Exception {
    assertThat(
            pipeline.fail(
                "agent", "--vm", "x", "--listen", "tcp:127.0.0.1:0", "--pause-hook", "true"))
        .contains("--qmp");
    assertThat(
            pipeline.fail("agent", "--vm", "x", "--qmp", "/nowhere", "--pause-hook-timeout", "1s"))
        .contains("--pause-hook-timeout without --pause-hook");
  }

  /** It starts from the disk that it writes. */
  private static GuestSpec writing(Path disk, String format) {
    return new GuestSpec(Machine.Q35, 64, GuestProgram.idle(1))
        .withArguments("-drive", "file=" + disk + ",format=" + format + ",if=none,id=disk1")
        .withArguments("-device", "virtio-blk-pci,drive=disk1,bootindex=0");
  }

  private static void awaitCount(QemuGuest guest, long count) {
    await().atMost(SOON).until(() -> guest.readDword(DiskWriter.CONFIRMED_ADDRESS) >= count);
  }

  private static Path latest(Path snapshots) throws Exception {
    try (Stream<Path> files = Files.list(snapshots)) {
      return files.max(Comparator.naturalOrder()).orElseThrow();
    }
  }

  /** The disk as the guest saw it last, by QEMU's own tool. */
  private static Path flat(Path overlay) throws Exception {
    Path flat = overlay.resolveSibling("flat.img");
    Process convert =
        new ProcessBuilder(
                List.of("qemu-img", "convert", "-O", "raw", overlay.toString(), flat.toString()))
            .inheritIO()
            .start();
    assertThat(convert.waitFor()).isZero();
    return flat;
  }
}
