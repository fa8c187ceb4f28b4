package dev.ramtide.producer.capture;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ramtide.checkpoint.HookOutcome;
import dev.ramtide.checkpoint.HookOutcome.Result;
import dev.ramtide.checkpoint.VmId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PauseHookTest {
  private static final Map<String, String> FACTS =
      Map.of("RAMTIDE_CHECKPOINT", "7", "RAMTIDE_LABEL", "$(touch /tmp/never); \"quoted\"");

  @TempDir private Path dir;

  @Test
  void itFindsTheFactsInItsEnvironmentAndTheShellDoesNotParseThem() throws Exception {
    HookOutcome outcome = run("echo \"$RAMTIDE_VM $RAMTIDE_CHECKPOINT $RAMTIDE_LABEL\"; echo more");
    assertThat(outcome.result()).isEqualTo(Result.SUCCEEDED);
    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.output()).isEqualTo("vm-1 7 $(touch /tmp/never); \"quoted\"");
  }

  @Test
  void itsExitCodeIsKept() throws Exception {
    HookOutcome outcome = run("echo no space; exit 3");
    assertThat(outcome.result()).isEqualTo(Result.FAILED);
    assertThat(outcome.exitCode()).isEqualTo(3);
    assertThat(outcome.output()).isEqualTo("no space");
  }

  @Test
  void whatTakesTooLongIsKilledWithAllThatItStarted() throws Exception {
    Path late = dir.resolve("late");
    long start = System.nanoTime();
    HookOutcome outcome =
        new PauseHook(
                new VmId("vm-1"),
                "echo begun; (sleep 3; touch " + late + ") & sleep 60",
                Duration.ofMillis(300))
            .run(FACTS);
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
    assertThat(outcome.result()).isEqualTo(Result.TIMED_OUT);
    assertThat(outcome.exitCode()).isEqualTo(-1);
    assertThat(outcome.output()).isEqualTo("begun");
    Thread.sleep(3200);
    assertThat(Files.exists(late)).isFalse();
  }

  @Test
  void aFloodOfOutputIsTakenAndCut() throws Exception {
    HookOutcome outcome = run("head -c 3000000 /dev/zero | tr '\\0' x");
    assertThat(outcome.result()).isEqualTo(Result.SUCCEEDED);
    assertThat(outcome.output())
        .hasSize(HookOutcome.MAX_OUTPUT_CHARS)
        .containsOnlyOnce("xx".repeat(512));
    assertThat(run("printf 'a\\033[31mb\\tc'").output()).isEqualTo("a [31mb c");
  }

  @Test
  void whatItLeavesInTheBackgroundHoldsNobodyUp() throws Exception {
    long start = System.nanoTime();
    HookOutcome outcome = run("echo done; sleep 60 &");
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
    assertThat(outcome.result()).isEqualTo(Result.SUCCEEDED);
    assertThat(outcome.output()).isEqualTo("done");
  }

  private static HookOutcome run(String command) throws InterruptedException {
    return new PauseHook(new VmId("vm-1"), command, Duration.ofSeconds(20)).run(FACTS);
  }
}
