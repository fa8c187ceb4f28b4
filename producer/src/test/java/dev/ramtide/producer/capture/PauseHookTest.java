package dev.ramtide.producer.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ramtide.checkpoint.HookOutcome;
import dev.ramtide.checkpoint.HookOutcome.Result;
import dev.ramtide.checkpoint.VmId;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class PauseHookTest {
  private static final Duration LONG = Duration.ofSeconds(50);
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
    HookOutcome outcome = run("(sleep 300 & echo $!); sleep 300", Duration.ofSeconds(2));
    assertThat(outcome.result()).isEqualTo(Result.TIMED_OUT);
    assertThat(outcome.exitCode()).isEqualTo(-1);
    requireEnded(outcome.output());
  }

  @Test
  void whoeverRunsItEndsItWhenHeIsInterrupted() throws Exception {
    Path pid = dir.resolve("pid");
    Path named = dir.resolve("named");
    FutureTask<HookOutcome> running =
        new FutureTask<>(
            () ->
                run(
                    "(sleep 300 & echo $! > %s; mv %s %s); sleep 300".formatted(pid, pid, named),
                    LONG));
    Thread thread = new Thread(running);
    thread.start();
    while (!Files.exists(named)) {
      Thread.sleep(5);
    }
    thread.interrupt();
    assertThatThrownBy(running::get).hasCauseInstanceOf(InterruptedException.class);
    requireEnded(Files.readString(named).strip());
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
  void whatItLeavesInTheBackgroundHoldsNobodyUpAndEndsWithIt() throws Exception {
    HookOutcome outcome = run("sleep 300 & echo $!");
    assertThat(outcome.result()).isEqualTo(Result.SUCCEEDED);
    requireEnded(outcome.output());
  }

  @Test
  void whatConfiguresTheAgentIsNotTheHooks() throws Exception {
    ProcessBuilder agents = new ProcessBuilder("true"); // As ours, which a test cannot change.
    agents.environment().put("RAMTIDE_CLIENTS_SASL_JAAS_CONFIG", "secret");
    PauseHook.hideSettings(agents.environment());
    assertThat(agents.environment().keySet()).noneMatch(name -> name.startsWith("RAMTIDE_"));
    assertThat(agents.environment()).containsKey("PATH");
  }

  /** Whoever made stderr one of objects makes objects of lines that are written there. */
  @Test
  void whereStderrIsOfObjectsItsLinesPassThroughUs() throws Exception {
    String told = errorsOf("printf 'one\\ntwo' >&2; false");
    assertThat(told.lines()).containsSequence("one", "two");
  }

  @Test
  void aFloodThereIsCut() throws Exception {
    String told = errorsOf("head -c 3000000 /dev/zero | tr '\\0' x >&2");
    assertThat(told.lines())
        .containsSequence("x".repeat(65536), "(the pause hook's stderr goes on, it is cut here)");
  }

  @Test
  void whatKeepsItsStderrOpenHoldsNobodyUp() throws Exception {
    Path pid = dir.resolve("pid");
    assertThat(errorsOf("setsid sleep 300 & echo $! > " + pid + "; echo late >&2"))
        .endsWith("late\n");
    assertThat(ProcessHandle.of(Long.parseLong(Files.readString(pid).strip())))
        .get()
        .matches(ProcessHandle::destroyForcibly, "still there, and ended");
  }

  /** What a hook writes there. */
  private static String errorsOf(String command) throws Exception {
    PrintStream before = System.err;
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    System.setErr(new PrintStream(written, true, StandardCharsets.UTF_8));
    System.setProperty(GuardMain.OBJECTS, "true");
    try {
      run(command);
    } finally {
      System.clearProperty(GuardMain.OBJECTS);
      System.setErr(before);
    }
    return written.toString(StandardCharsets.UTF_8);
  }

  /** What was killed has no command line any more, whether somebody has taken its end or not. */
  private static void requireEnded(String pid) throws Exception {
    Path commandLine = Path.of("/proc", pid, "cmdline");
    long deadline = System.nanoTime() + Duration.ofSeconds(5).toNanos();
    while (Files.exists(commandLine) && Files.readAllBytes(commandLine).length > 0) {
      assertThat(System.nanoTime()).as("process %s still runs", pid).isLessThan(deadline);
      Thread.sleep(5);
    }
  }

  private static HookOutcome run(String command) throws InterruptedException {
    return run(command, LONG);
  }

  private static HookOutcome run(String command, Duration timeout) throws InterruptedException {
    return new PauseHook(new VmId("vm-1"), command, timeout).run(FACTS);
  }
}
