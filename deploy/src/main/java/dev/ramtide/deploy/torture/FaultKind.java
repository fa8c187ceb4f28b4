package dev.ramtide.deploy.torture;

import java.util.Locale;
import java.util.Random;

/**
 * What is done to the pipeline, and for how long.
 *
 * <p>Half of the stops are short, half outlast what others wait for: a sink its group (6 s), a
 * broker its controller (3 s).
 */
enum FaultKind {
  AGENT_KILL(500, 4000),
  AGENT_STOP(200, 3000, 5000, 14_000),
  /** The old one is stopped, a new one is started, and the old one wakes up late. */
  AGENT_REPLACE(2000, 12_000),
  BROKER_KILL(1000, 7000),
  BROKER_STOP(300, 2000, 4000, 9000),
  SINK_KILL(300, 5000),
  SINK_STOP(300, 3000, 7000, 14_000),
  DISK_FULL(3000, 12_000),
  PRUNE(0, 0);

  private final int shortestMs;
  private final int longestMs;
  private final int lateShortestMs;
  private final int lateLongestMs;

  FaultKind(int shortestMs, int longestMs) {
    this(shortestMs, longestMs, shortestMs, longestMs);
  }

  FaultKind(int shortestMs, int longestMs, int lateShortestMs, int lateLongestMs) {
    this.shortestMs = shortestMs;
    this.longestMs = longestMs;
    this.lateShortestMs = lateShortestMs;
    this.lateLongestMs = lateLongestMs;
  }

  long lengthMs(Random random) {
    boolean late = random.nextBoolean();
    int least = late ? lateShortestMs : shortestMs;
    int most = late ? lateLongestMs : longestMs;
    return least + random.nextInt(most - least + 1);
  }

  String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
