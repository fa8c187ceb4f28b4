package dev.ramtide.deploy.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.checkpoint.CheckpointRecord;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.deploy.demo.GuestProgram;
import dev.ramtide.deploy.demo.GuestSpec;
import dev.ramtide.deploy.demo.Machine;
import dev.ramtide.deploy.demo.QemuGuest;
import dev.ramtide.deploy.publish.VmLogReader;
import dev.ramtide.deploy.testbed.Pipeline;
import dev.ramtide.deploy.testbed.RamtideProcess;
import dev.ramtide.wire.VmTopics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** GuestFirst and NothingLost when the agent is killed, whatever it was doing. */
final class AgentKilledIT {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final int KILLS = 20;
  private static final List<String> MODES = List.of("stop", "background", "live", "auto", "scan");
  private static final GuestSpec SPEC = new GuestSpec(Machine.Q35, 96, GuestProgram.busy(48, 1024));

  @TempDir private Path directory;

  @Test
  void killedTwentyTimesTheGuestRunsEveryTimeAndTheNewestRestores() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<String> kills = new ArrayList<>();
    try (Pipeline pipeline = Pipeline.start(directory);
        QemuGuest guest = QemuGuest.start(SPEC)) {
      guest.awaitMarker(SOON);
      OwnersQemu qemu = OwnersQemu.of(guest);
      for (int kill = 0; kill < KILLS; kill++) {
        String mode = MODES.get(kill % MODES.size());
        kills.add(mode + " " + killAtRandom(pipeline, guest, mode, kill >= KILLS / 2, random));
        await().atMost(SOON).until(qemu::isUntouched);
        guest.awaitNextPass(SOON);
      }
      System.out.println("agent killed, seed " + seed + ": " + kills);
      assertThat(kills)
          .as("some were killed while the guest stood")
          .anyMatch(
              how ->
                  how.contains("paused")
                      || how.contains("finish-migrate")
                      || how.contains("postmigrate"));
      await().atMost(SOON).until(() -> !Files.exists(holdFile(guest)));
      requireNumbersUsedOnce(pipeline, seed);
    }
  }

  private static Path holdFile(QemuGuest guest) {
    Path socket = guest.agentSocket();
    return socket.resolveSibling("." + socket.getFileName() + ".ramtide-hold");
  }

  /**
   * Nobody is left to give anything back, and the guest stands: as when a machine's OOM killer ran.
   */
  @Test
  void killedTogetherWithItsGuardItsNextAgentGivesEverythingBack() throws Exception {
    Path hookRuns = directory.resolve("hook-runs");
    try (Pipeline pipeline = Pipeline.start(directory);
        QemuGuest guest = QemuGuest.start(SPEC)) {
      guest.awaitMarker(SOON);
      OwnersQemu qemu = OwnersQemu.of(guest);
      String[] args = {
        "agent",
        "--vm",
        "killed",
        "--qmp",
        guest.agentSocket().toString(),
        "--mode",
        "stop",
        "--once"
      };
      List<String> held = new ArrayList<>(List.of(args));
      held.addAll(List.of("--pause-hook", "touch " + hookRuns + "; sleep 300"));
      held.addAll(List.of("--pause-hook-timeout", "5m"));
      try (RamtideProcess agent = pipeline.start(held.toArray(String[]::new))) {
        await().atMost(SOON).until(() -> Files.exists(hookRuns));
        List<ProcessHandle> children =
            ProcessHandle.of(agent.pid()).orElseThrow().descendants().toList();
        assertThat(children)
            .as("a guard among them")
            .anyMatch(child -> child.info().command().orElse("").endsWith("/java"));
        children.forEach(ProcessHandle::destroyForcibly);
        agent.kill();
      }
      assertThat(guest.status().name()).isEqualTo("paused");
      assertThat(qemu.isUntouched()).isFalse();
      assertThat(holdFile(guest)).exists();
      try (RamtideProcess next = pipeline.start(args)) {
        assertThat(next.awaitExit(SOON)).as(next.stderr()).isZero();
        assertThat(next.stderr()).contains("a capture ended without giving back");
      }
      qemu.requireUntouched();
      assertThat(holdFile(guest)).doesNotExist();
      guest.awaitNextPass(SOON);
    }
  }

  /**
   * Lets an agent work and kills it.
   *
   * @param later after its first checkpoint
   * @return what the guest was doing then
   */
  private String killAtRandom(
      Pipeline pipeline, QemuGuest guest, String mode, boolean later, Random random)
      throws Exception {
    String[] args = {
      "agent",
      "--vm",
      "killed",
      "--qmp",
      guest.agentSocket().toString(),
      "--mode",
      mode,
      "--interval",
      "50ms"
    };
    try (RamtideProcess agent = pipeline.start(args)) {
      agent.awaitStderr("epoch claimed", SOON);
      if (later) {
        agent.awaitStdout("keyframe", SOON);
      }
      if (later && !mode.equals("background")) {
        awaitStanding(guest, Duration.ofSeconds(5));
        TimeUnit.MILLISECONDS.sleep(random.nextInt(4));
      } else {
        TimeUnit.MILLISECONDS.sleep(random.nextInt(800));
      }
      agent.kill();
      return guest.status().name();
    }
  }

  /** Not at any moment but at the worst. */
  private static void awaitStanding(QemuGuest guest, Duration limit) throws Exception {
    long deadline = System.nanoTime() + limit.toNanos();
    while (guest.status().running() && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
  }

  private void requireNumbersUsedOnce(Pipeline pipeline, long seed) throws Exception {
    List<Long> numbers = new ArrayList<>();
    try (VmLogReader log =
        new VmLogReader(pipeline.bootstrapServers(), new VmTopics("ramtide", new VmId("killed")))) {
      for (CheckpointRecord record : log.checkpointRecords()) {
        if (record instanceof CheckpointManifest manifest) {
          numbers.add(manifest.checkpoint());
        }
      }
    }
    System.out.println("manifests of the killed agents: " + numbers);
    assertThat(numbers).as("seed " + seed).isNotEmpty().isSorted().doesNotHaveDuplicates();
    long newest = numbers.get(numbers.size() - 1);
    Path image = pipeline.restore("killed", newest, "killed.img");
    try (QemuGuest restored = QemuGuest.startIncoming(SPEC)) {
      restored.loadMappedRam(image, false);
      restored.cont();
      assertThat(restored.goesOnCounting(SOON)).isTrue();
    }
  }
}
