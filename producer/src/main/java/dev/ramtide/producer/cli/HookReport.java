package dev.ramtide.producer.cli;

import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.checkpoint.HookOutcome;
import dev.ramtide.report.Printable;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;

/**
 * Passes checkpoints on, and tells on stderr of each whose pause hook did not succeed: the memory
 * is safe, but what the hook was to tie to it may not be there.
 */
final class HookReport implements AgentLoop.Listener {
  private final AgentLoop.Listener next;
  private final PrintWriter err;
  private long failed;

  HookReport(AgentLoop.Listener next, PrintWriter err) {
    this.next = next;
    this.err = err;
  }

  @Override
  public void taken(CheckpointManifest manifest, long skippedBeats) {
    next.taken(manifest, skippedBeats);
    manifest
        .hook()
        .filter(hook -> !hook.succeeded())
        .ifPresent(hook -> tell(manifest.checkpoint(), hook));
  }

  @Override
  public void failed(IOException why) {
    next.failed(why);
  }

  /** Checkpoints whose hook did not succeed. */
  long failed() {
    return failed;
  }

  private void tell(long checkpoint, HookOutcome hook) {
    failed++;
    String how =
        switch (hook.result()) {
          case SUCCEEDED -> "succeeded";
          case FAILED -> "ended with code " + hook.exitCode();
          case TIMED_OUT -> "was killed after its timeout";
          case NOT_STARTED -> "could not be started";
        };
    err.printf(
        Locale.ROOT,
        "ramtide agent: checkpoint %d is taken, but its pause hook %s (%d ms)%s%n",
        checkpoint,
        how,
        hook.length().toMillis(),
        hook.output().isEmpty() ? "" : ": " + Printable.of(hook.output()));
    err.flush();
  }
}
