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
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
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
  private static final Duration SOON = Duration.ofMinutes(2);

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

  /** A guest's disk, its snapshots, and the socket through which they are asked for. */
  private record Disk(String vm, Path first, Path snapshots, Path hookSocket) {
    static Disk of(String vm) throws IOException {
      Path work = Files.createDirectories(directory.resolve(vm));
      Path first = Files.write(work.resolve("first.img"), DiskWriter.disk());
      Path snapshots = Files.createDirectories(work.resolve("snapshots"));
      return new Disk(vm, first, snapshots, work.resolve("hook.sock"));
    }

    GuestSpec spec() {
      return writing(first, "raw")
          .withArguments("-qmp", "unix:" + hookSocket + ",server=on,wait=off");
    }

    /** All that the hook finds in its environment. */
    Path environment() {
      return snapshots.resolveSibling("environment");
    }

    String hook() {
      String ramtide =
          "%s -XX:TieredStopAtLevel=1 -cp %s dev.ramtide.deploy.cli.Ramtide"
              .formatted(
                  Path.of(System.getProperty("java.home"), "bin", "java"),
                  System.getProperty("java.class.path"));
      return "env >%s; RAMTIDE='%s' %s %s disk1 %s"
          .formatted(environment(), ramtide, EXAMPLE, hookSocket, snapshots);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"background", "live", "stop", "scan"})
  void theDiskOfTheSnapshotIsThatOfTheCheckpoint(String mode) throws Exception {
    Disk disk = Disk.of("disk-" + mode);
    JsonNode manifest;
    try (QemuGuest guest = QemuGuest.start(disk.spec())) {
      awaitCount(guest, 100);
      manifest =
          checkpoints(guest, disk, "--mode", mode, "--once", "--label", "before 'it' & $all")
              .get(0);
      assertThat(fileOf(manifest)).isEqualTo(disk.first());
      assertThat(manifest.get("pauseMs").asDouble())
          .isGreaterThan(manifest.at("/pauseHook/ms").asDouble());
      assertThat(Files.readAllLines(disk.environment()))
          .contains(
              "RAMTIDE_VM=disk-" + mode,
              "RAMTIDE_CHECKPOINT=1",
              "RAMTIDE_LABEL=before 'it' & $all",
              "RAMTIDE_MODE=" + mode,
              "RAMTIDE_PAUSE_TIME=" + manifest.get("pause").asText());
    }
    int count = assertThatDiskAndMemoryAgree(disk, manifest);
    assertThat(countOn(latest(disk.snapshots())))
        .as("without the snapshot")
        .isGreaterThan(count + 50);
  }

  @Test
  void eachCheckpointHasTheDiskThatItsManifestNames() throws Exception {
    Disk disk = Disk.of("disk-again");
    // Left by a snapshot that never came into use.
    Files.createFile(disk.snapshots().resolve(disk.vm() + "-9999999999-9999999999.qcow2"));
    List<JsonNode> manifests;
    try (QemuGuest guest = QemuGuest.start(disk.spec())) {
      awaitCount(guest, 100);
      manifests =
          checkpoints(
              guest, disk, "--mode", "background", "--checkpoints", "4", "--interval", "1s");
    }
    List<Path> files = new ArrayList<>();
    for (JsonNode manifest : manifests) {
      files.add(fileOf(manifest));
    }
    assertThat(files).hasSize(4).doesNotHaveDuplicates().startsWith(disk.first());
    int early = assertThatDiskAndMemoryAgree(disk, manifests.get(1));
    assertThat(assertThatDiskAndMemoryAgree(disk, manifests.get(3))).isGreaterThan(early);
  }

  /** Takes checkpoints with the hook; the disk goes on, in the last overlay. */
  private List<JsonNode> checkpoints(QemuGuest guest, Disk disk, String... more) throws Exception {
    String[] args = {
      "agent",
      "--vm",
      disk.vm(),
      "--qmp",
      guest.agentSocket().toString(),
      "--pause-hook",
      disk.hook(),
      "--pause-hook-timeout",
      "60s"
    };
    List<JsonNode> manifests =
        pipeline.run(Stream.concat(Stream.of(args), Stream.of(more)).toArray(String[]::new));
    for (JsonNode manifest : manifests) {
      System.out.println(disk.vm() + ": pause hook " + manifest.get("pauseHook"));
    }
    assertThat(guest.status().running()).isTrue();
    awaitCount(guest, guest.readDword(DiskWriter.BEGUN_ADDRESS) + 100);
    return manifests;
  }

  /** The disk as it was at the checkpoint. */
  private static Path fileOf(JsonNode manifest) {
    assertThat(manifest.at("/pauseHook/result").asText()).isEqualTo("succeeded");
    return Path.of(manifest.at("/pauseHook/output").asText());
  }

  /**
   * Restores the checkpoint on the disk that its manifest names, from where the guest goes on.
   *
   * @return the count on the disk
   */
  private int assertThatDiskAndMemoryAgree(Disk disk, JsonNode manifest) throws Exception {
    long checkpoint = manifest.get("checkpoint").asLong();
    Path file = fileOf(manifest);
    Path image = pipeline.restore(disk.vm(), checkpoint, disk.vm() + "-" + checkpoint + ".img");
    String format = file.equals(disk.first()) ? "raw" : "qcow2";
    try (QemuGuest restored = QemuGuest.startIncoming(writing(file, format + ",snapshot=on"))) {
      restored.loadMappedRam(image, false);
      int begun = restored.readDword(DiskWriter.BEGUN_ADDRESS);
      int confirmed = restored.readDword(DiskWriter.CONFIRMED_ADDRESS);
      assertThat(begun - confirmed).isBetween(0, 1);
      int count = countOn(file);
      assertThat(count).as("begun %d, confirmed %d", begun, confirmed).isBetween(confirmed, begun);
      restored.cont();
      awaitCount(restored, begun + 100);
      assertThat(restored.readDword(DiskWriter.REFUSED_ADDRESS)).isZero();
      return count;
    }
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
      Path pidFile = directory.resolve("hook-" + mode + ".pid");
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
              "echo $$ >%1$s.new; mv %1$s.new %1$s; exec sleep 600".formatted(pidFile),
              "--pause-hook-timeout",
              "600s")) {
        await().atMost(SOON).until(() -> Files.exists(pidFile));
        assertThat(guest.status().running()).isFalse();
        agent.kill();
        await().atMost(SOON).until(() -> guest.status().running());
        guest.awaitNextPass(SOON);
      } finally {
        // It outlives an agent that is killed.
        killIfItRuns(pidFile);
      }
    }
  }

  private static void killIfItRuns(Path pidFile) throws IOException {
    if (Files.exists(pidFile)) {
      ProcessHandle.of(Long.parseLong(Files.readString(pidFile).strip()))
          .ifPresent(ProcessHandle::destroyForcibly);
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

  /** The overlay that the guest wrote to in the end. */
  private static Path latest(Path snapshots) throws IOException {
    try (Stream<Path> files = Files.list(snapshots)) {
      return files.max(Comparator.naturalOrder()).orElseThrow();
    }
  }

  /** What stands on a disk, read by QEMU's own tool. */
  private static int countOn(Path disk) throws Exception {
    Path flat = disk.resolveSibling("flat.img");
    Process convert =
        new ProcessBuilder(
                List.of("qemu-img", "convert", "-O", "raw", disk.toString(), flat.toString()))
            .inheritIO()
            .start();
    assertThat(convert.waitFor()).isZero();
    int count = DiskWriter.countOn(flat);
    Files.delete(flat);
    return count;
  }
}
