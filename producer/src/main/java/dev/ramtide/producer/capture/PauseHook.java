package dev.ramtide.producer.capture;

import dev.ramtide.checkpoint.HookOutcome;
import dev.ramtide.checkpoint.VmId;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A command of the operator's that runs while the guest stands, so that something outside, a disk's
 * snapshot, can be tied to the checkpoint.
 *
 * <p>It is a session of its own, so that all it started can be ended with it, children whose parent
 * is gone among them. The signals of our terminal do not reach it: whoever runs it is interrupted.
 *
 * @param vm in whose name it runs
 * @param command for {@code /bin/sh -c}
 * @param timeout after which it is killed, and all that it started
 */
public record PauseHook(VmId vm, String command, Duration timeout) {
  private static final Logger LOG = LoggerFactory.getLogger(PauseHook.class);

  public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(10);

  private static final Duration OUTPUT_PATIENCE = Duration.ofMillis(200);

  public PauseHook {
    if (command.isBlank() || timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException("hook '" + command + "', timeout " + timeout);
    }
  }

  /**
   * Runs it to its end, or to the timeout. What it writes on stderr is written on ours, line by
   * line: there it may have to be made an object.
   *
   * @param facts environment variables; the shell never parses their values
   * @throws InterruptedException the hook was killed
   */
  HookOutcome run(Map<String, String> facts) throws InterruptedException {
    long start = System.nanoTime();
    ProcessBuilder builder = new ProcessBuilder("setsid", "/bin/sh", "-c", command);
    hideSettings(builder.environment());
    builder.environment().putAll(facts);
    builder.environment().put("RAMTIDE_VM", vm.name());
    builder.redirectInput(Redirect.from(Path.of("/dev/null").toFile()));
    HookErrors errors = HookErrors.open();
    builder.redirectError(errors.redirect());
    Process process;
    try {
      process = builder.start();
    } catch (IOException e) {
      errors.tell();
      return outcome(HookOutcome.Result.NOT_STARTED, -1, start, String.valueOf(e.getMessage()));
    }
    CompletableFuture<String> output = new CompletableFuture<>();
    Thread drain = new Thread(() -> drain(process, output), "pause-hook-output");
    drain.setDaemon(true);
    drain.start();
    try {
      if (!process.waitFor(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
        return outcome(HookOutcome.Result.TIMED_OUT, -1, start, firstLine(output));
      }
      int exit = process.exitValue();
      HookOutcome.Result result =
          exit == 0 ? HookOutcome.Result.SUCCEEDED : HookOutcome.Result.FAILED;
      return outcome(result, exit, start, firstLine(output));
    } finally {
      endWithAllThatItStarted(process);
      errors.tell();
    }
  }

  /**
   * Also what it left in the background: the guest stood for the command, not for longer.
   *
   * <p>The command itself first, since it may not have its group yet; once dead it starts nothing
   * any more. Its number is not given to another process while one of its group lives, and to
   * another group only after all other numbers.
   */
  private static void endWithAllThatItStarted(Process process) {
    process.destroyForcibly();
    ProcessBuilder kill =
        new ProcessBuilder("/bin/sh", "-c", "kill -KILL -" + process.pid())
            .redirectOutput(Redirect.DISCARD)
            .redirectError(Redirect.DISCARD);
    try {
      GuestRelease.insist(() -> kill.start().waitFor());
    } catch (IOException e) {
      LOG.atWarn()
          .addKeyValue("group", process.pid())
          .addKeyValue("reason", e.toString())
          .log("cannot end what the pause hook started: it may go on");
    }
  }

  private static HookOutcome outcome(
      HookOutcome.Result result, int exit, long startNanos, String output) {
    long micros = (System.nanoTime() - startNanos) / 1000;
    return new HookOutcome(result, exit, Duration.ofNanos(micros * 1000), output);
  }

  /** What configures this agent may be a password, and what a hook prints is in the manifest. */
  static void hideSettings(Map<String, String> environment) {
    environment.keySet().removeIf(name -> name.startsWith("RAMTIDE_"));
  }

  /** Something in the background may hold stdout open: then what has come by now must do. */
  private static String firstLine(CompletableFuture<String> output) throws InterruptedException {
    return output.completeOnTimeout("", OUTPUT_PATIENCE.toMillis(), TimeUnit.MILLISECONDS).join();
  }

  /** Takes the first line, and the rest only so that nobody waits for a reader. */
  private static void drain(Process process, CompletableFuture<String> output) {
    StringBuilder line = new StringBuilder();
    try (Reader in = new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8)) {
      for (int next = in.read(); next >= 0; next = in.read()) {
        if (next == '\n') {
          output.complete(line.toString());
        } else if (line.length() < HookOutcome.MAX_OUTPUT_CHARS) {
          line.append(Character.isISOControl(next) ? ' ' : (char) next);
        }
      }
    } catch (IOException e) {
      // It was killed while it wrote: what came is what there is.
    }
    output.complete(line.toString());
  }
}
