package dev.ramtide.deploy.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** GuestFirst when the agent is told to end, whatever it is doing. */
final class AgentStoppedIT {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final List<String> MODES = List.of("background", "live", "stop", "auto", "scan");
  private static final GuestSpec SPEC = new GuestSpec(Machine.Q35, 64, GuestProgram.busy(16, 512));

  /** When it is told. */
  private enum Moment {
    WHILE_IT_STARTS,
    WHILE_IT_CAPTURES,
    WHILE_ITS_HOOK_RUNS
  }

  @TempDir private Path directory;

  @Test
  void toldToEndAtAnyMomentItEndsQuietlyAndQemuIsAsItWas() throws Exception {
    long seed = System.nanoTime();
    System.out.println("agent stopped, seed " + seed);
    Random random = new Random(seed);
    try (Pipeline pipeline = Pipeline.start(directory);
        QemuGuest guest = QemuGuest.start(SPEC)) {
      guest.awaitMarker(SOON);
      OwnersQemu qemu = OwnersQemu.of(guest);
      for (Moment moment : Moment.values()) {
        for (String mode : MODES) {
          String how = moment + ", " + mode + ", seed " + seed;
          try (RamtideProcess agent = start(pipeline, guest, mode, moment)) {
            awaitMoment(agent, moment, random);
            agent.terminate();
            assertThat(agent.awaitExit(SOON)).as(how + agent.stderr()).isEqualTo(143);
            assertThat(agent.stderr())
                .as(how)
                .doesNotContain(
                    "ramtide agent:", "ramtide guard", "ramtide:", "Exception", "\tat ");
          }
          assertThat(qemu.isUntouched()).as(how).isTrue();
          requireHookEnded(how);
        }
      }
      guest.awaitNextPass(SOON);
    }
  }

  private RamtideProcess start(Pipeline pipeline, QemuGuest guest, String mode, Moment moment)
      throws Exception {
    List<String> args = new ArrayList<>(List.of("agent", "--vm", "stopped", "--interval", "50ms"));
    args.addAll(List.of("--qmp", guest.agentSocket().toString(), "--mode", mode));
    if (moment == Moment.WHILE_ITS_HOOK_RUNS) {
      String hook = "echo $$ > %s.new; mv %s.new %s; sleep 300".replace("%s", hookPid().toString());
      args.addAll(List.of("--pause-hook", hook, "--pause-hook-timeout", "5m"));
    }
    return pipeline.start(args.toArray(String[]::new));
  }

  private void awaitMoment(RamtideProcess agent, Moment moment, Random random) throws Exception {
    switch (moment) {
      case WHILE_IT_STARTS -> TimeUnit.MILLISECONDS.sleep(random.nextInt(2500));
      case WHILE_IT_CAPTURES -> {
        agent.awaitStderr("epoch claimed", SOON);
        TimeUnit.MILLISECONDS.sleep(random.nextInt(800));
      }
      case WHILE_ITS_HOOK_RUNS -> {
        while (!Files.exists(hookPid())) {
          assertThat(agent.isAlive()).as(agent.stderr()).isTrue();
          TimeUnit.MILLISECONDS.sleep(5);
        }
      }
    }
  }

  /** What was killed has no command line any more. */
  private void requireHookEnded(String how) throws Exception {
    if (Files.exists(hookPid())) {
      Path commandLine = Path.of("/proc", Files.readString(hookPid()).strip(), "cmdline");
      Files.delete(hookPid());
      await(how)
          .atMost(SOON)
          .until(() -> !Files.exists(commandLine) || Files.readString(commandLine).isEmpty());
    }
  }

  private Path hookPid() {
    return directory.resolve("hook-pid");
  }
}
