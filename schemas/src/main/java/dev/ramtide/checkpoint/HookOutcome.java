package dev.ramtide.checkpoint;

import java.time.Duration;

/**
 * What became of the operator's command that ran while the guest stood.
 *
 * @param exitCode of the command, or -1 when it did not end by itself
 * @param length how long it took, in microseconds
 * @param output first line of what it printed, at most {@link #MAX_OUTPUT_CHARS} characters,
 *     without control characters: what ties something outside to the checkpoint, such as a disk's
 *     snapshot
 */
public record HookOutcome(Result result, int exitCode, Duration length, String output) {
  public static final int MAX_OUTPUT_CHARS = 1024;

  /** How it ended. */
  public enum Result {
    SUCCEEDED,
    /** It ended with another code than 0. */
    FAILED,
    /** It took too long and was killed. */
    TIMED_OUT,
    /** There was no shell to run it. */
    NOT_STARTED
  }

  public HookOutcome {
    if (output.length() > MAX_OUTPUT_CHARS) {
      throw new IllegalArgumentException(
          output.length() + " characters of output, at most " + MAX_OUTPUT_CHARS);
    }
  }

  public boolean succeeded() {
    return result == Result.SUCCEEDED;
  }
}
