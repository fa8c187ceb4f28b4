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
  AGENT_KILL("killed with -9", "", 500, 4000),
  AGENT_STOP("stopped where it is", "goes on", 200, 3000, 5000, 14_000),
  /** The old one is stopped, a new one is started, and the old one wakes up late. */
  AGENT_REPLACE("stopped where it is and replaced", "", 2000, 12_000),
  /** As before, but the old one is killed before it wakes up: what it held is given back late. */
  AGENT_REPLACE_KILL("stopped where it is and replaced", "", 1000, 8000),
  BROKER_KILL("killed with -9", "started again", 1000, 7000),
  BROKER_STOP("stopped where it is", "goes on", 300, 2000, 4000, 9000),
  SINK_KILL("killed with -9", "started again", 300, 5000),
  SINK_STOP("stopped where it is", "goes on", 300, 3000, 7000, 14_000),
  DISK_FULL("filled to the last byte", "has room again", 3000, 12_000),
  PRUNE("pruned", "", 0, 0);

  private final String begun;
  private final String ended;
  private final int[] boundsMs;

  /**
   * @param boundsMs shortest and longest; where there are four, also of those that are late
   */
  FaultKind(String begun, String ended, int... boundsMs) {
    this.begun = begun;
    this.ended = ended;
    this.boundsMs = boundsMs;
  }

  long lengthMs(Random random) {
    int first = 2 * random.nextInt(boundsMs.length / 2);
    return boundsMs[first] + random.nextInt(boundsMs[first + 1] - boundsMs[first] + 1);
  }

  /** What is done to its target. */
  String begun() {
    return begun;
  }

  /** How it is made good; empty where that is told otherwise. */
  String ended() {
    return ended;
  }

  String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
