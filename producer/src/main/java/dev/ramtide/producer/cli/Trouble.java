package dev.ramtide.producer.cli;

import dev.ramtide.report.Printable;
import java.io.PrintWriter;
import java.time.Duration;

/**
 * A daemon's failures as an operator can bear them: told when they begin, when they become others,
 * once a minute while they last, and when they are over; tried again at growing distances.
 */
final class Trouble {
  private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
  private static final Duration LONGEST_RETRY = Duration.ofSeconds(10);
  private static final Duration REMIND_AFTER = Duration.ofMinutes(1);

  private final PrintWriter err;
  private long sinceNanos;
  private long toldNanos;
  private long tries;
  private String told = "";

  Trouble(PrintWriter err) {
    this.err = err;
  }

  /**
   * Takes a failure.
   *
   * @return how long to wait before the next try
   */
  Duration failed(Exception failure, long nowNanos) {
    String message = failure.getMessage() == null ? failure.toString() : failure.getMessage();
    if (tries == 0) {
      sinceNanos = nowNanos;
    }
    tries++;
    Duration wait = waitAfter(tries);
    boolean repeated = message.equals(told) && nowNanos - toldNanos < REMIND_AFTER.toNanos();
    if (!repeated) {
      told = message;
      toldNanos = nowNanos;
      String lasting =
          tries == 1 ? "" : "; for " + seconds(nowNanos - sinceNanos) + ", " + tries + " tries";
      tell(message + " (next try in " + wait.toSeconds() + " s" + lasting + ")");
    }
    return wait;
  }

  /** Whether the last try failed. */
  boolean lasts() {
    return tries > 0;
  }

  /** Takes a checkpoint. */
  void over(long nowNanos) {
    if (tries > 0) {
      String failed = tries == 1 ? "one failed try" : tries + " failed tries";
      tell("goes on after " + seconds(nowNanos - sinceNanos) + " and " + failed);
    }
    tries = 0;
    told = "";
  }

  private static Duration waitAfter(long tries) {
    Duration doubled = FIRST_RETRY.multipliedBy(1L << Math.min(tries - 1, 10));
    return doubled.compareTo(LONGEST_RETRY) < 0 ? doubled : LONGEST_RETRY;
  }

  private static String seconds(long nanos) {
    return Duration.ofNanos(nanos).toSeconds() + " s";
  }

  private void tell(String message) {
    err.println("ramtide agent: " + Printable.of(message));
    err.flush();
  }
}
