package dev.ramtide.deploy.torture;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;

/**
 * What is done and when, all of it made from a seed before it begins.
 *
 * <p>There are lanes that know nothing of each other: agent, brokers, each sink, disk, log. In a
 * lane one fault follows the other, so there is never more than one broker down. Each lane deals
 * its kinds as from a deck of cards: each once before one comes again.
 *
 * @param lanes the faults of each, in order; every kind of the lane at least once, however short
 *     the run is
 * @param comparisonsMs when sealed images are compared with the guest
 */
record FaultSchedule(List<List<Fault>> lanes, List<Long> comparisonsMs) {
  static final int BROKERS = 3;
  static final int SINKS = 3;

  /** A run of this length or more has the distances that are written here; a shorter one less. */
  private static final double FULL_LENGTH_MS = 120_000;

  private static final double DENSEST = 0.3;

  FaultSchedule {
    lanes = lanes.stream().map(List::copyOf).toList();
    comparisonsMs = List.copyOf(comparisonsMs);
  }

  /** From the end of a fault to the next one. */
  private record Gap(int leastMs, int mostMs) {
    long draw(Random random, double scale) {
      return Math.round(scale * (leastMs + random.nextInt(mostMs - leastMs + 1)));
    }
  }

  /**
   * @param targets how many there are to choose from
   */
  private record Lane(List<FaultKind> kinds, int firstTarget, int targets, Gap gap) {}

  static FaultSchedule of(long seed, Duration length) {
    Random seeds = new Random(seed);
    double scale = Math.max(DENSEST, Math.min(1, length.toMillis() / FULL_LENGTH_MS));
    List<List<Fault>> lanes = new ArrayList<>();
    for (Lane lane : allLanes()) {
      lanes.add(faults(lane, new Random(seeds.nextLong()), length.toMillis(), scale));
    }
    return new FaultSchedule(
        lanes, comparisons(new Random(seeds.nextLong()), length.toMillis(), scale));
  }

  private static List<Lane> allLanes() {
    List<Lane> lanes = new ArrayList<>();
    lanes.add(
        new Lane(
            List.of(
                FaultKind.AGENT_KILL,
                FaultKind.AGENT_STOP,
                FaultKind.AGENT_REPLACE,
                FaultKind.AGENT_REPLACE_KILL),
            0,
            1,
            new Gap(6000, 20_000)));
    lanes.add(
        new Lane(
            List.of(FaultKind.BROKER_KILL, FaultKind.BROKER_STOP),
            0,
            BROKERS,
            new Gap(8000, 20_000)));
    for (int sink = 0; sink < SINKS; sink++) {
      List<FaultKind> kinds = List.of(FaultKind.SINK_KILL, FaultKind.SINK_STOP);
      lanes.add(new Lane(kinds, sink, 1, new Gap(8000, 35_000)));
    }
    lanes.add(new Lane(List.of(FaultKind.DISK_FULL), 0, 1, new Gap(15_000, 60_000)));
    lanes.add(new Lane(List.of(FaultKind.PRUNE), 0, 1, new Gap(15_000, 40_000)));
    return lanes;
  }

  private static List<Fault> faults(Lane lane, Random random, long untilMs, double scale) {
    List<Fault> faults = new ArrayList<>();
    Deque<FaultKind> deck = new ArrayDeque<>();
    long atMs = lane.gap.draw(random, scale);
    while (atMs < untilMs || faults.size() < lane.kinds.size()) {
      if (deck.isEmpty()) {
        List<FaultKind> shuffled = new ArrayList<>(lane.kinds);
        Collections.shuffle(shuffled, random);
        deck.addAll(shuffled);
      }
      FaultKind kind = deck.remove();
      int target = lane.firstTarget + random.nextInt(lane.targets);
      Fault fault = new Fault(kind, target, atMs, kind.lengthMs(random));
      faults.add(fault);
      atMs = fault.endMs() + lane.gap.draw(random, scale);
    }
    return faults;
  }

  private static List<Long> comparisons(Random random, long untilMs, double scale) {
    Gap gap = new Gap(20_000, 50_000);
    List<Long> times = new ArrayList<>();
    for (long atMs = gap.draw(random, scale); atMs < untilMs; atMs += gap.draw(random, scale)) {
      times.add(atMs);
    }
    return times;
  }
}
