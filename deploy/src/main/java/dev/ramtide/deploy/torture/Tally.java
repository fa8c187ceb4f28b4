package dev.ramtide.deploy.torture;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ramtide.deploy.demo.RamComparison;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Everything that a run counts. */
final class Tally {
  private static final int LONGEST_REASON = 200;

  private final Map<FaultKind, Integer> faults = new EnumMap<>(FaultKind.class);
  private final Map<String, Integer> restarts = new TreeMap<>();
  private final List<String> failures = new ArrayList<>();
  private Optional<String> diskNotFilled = Optional.empty();
  private int checkpoints;
  private long epochs;
  private int seals;
  private int comparisons;
  private long pagesCompared;
  private long pagesDifferent;
  private int restores;
  private int guestChecks;
  private int fencedZombies;
  private int lostHolds;

  void fault(FaultKind kind) {
    faults.merge(kind, 1, Integer::sum);
  }

  void checkpoint() {
    checkpoints++;
  }

  void epochs(long claimed) {
    epochs = claimed;
  }

  void seal() {
    seals++;
  }

  /** A restored QEMU's memory against the guest's. */
  void comparison(RamComparison ram) {
    comparisons++;
    restores++;
    pagesCompared += ram.pagesCompared();
    pagesDifferent += ram.pagesDifferent();
  }

  void guestRuns() {
    guestChecks++;
  }

  void zombieFenced() {
    fencedZombies++;
  }

  /** The guest was let go by somebody while it was to stand. */
  void holdLost() {
    lostHolds++;
  }

  void diskNotFilled(String why) {
    diskNotFilled = Optional.of(why);
  }

  void failure(String what) {
    failures.add(what);
  }

  /**
   * A process ended by itself. Reasons are told apart by their words, not by their numbers.
   *
   * @param who agent, sink, broker, prune
   */
  void ended(String who, String reason) {
    if (reason.contains("which is a bug")) {
      failure(who + ": " + reason);
    }
    String plain = reason.replaceAll("\\d[\\d.:TZ-]*", "#");
    String cut = plain.substring(0, Math.min(LONGEST_REASON, plain.length()));
    restarts.merge(who + ": " + cut, 1, Integer::sum);
  }

  boolean isGood() {
    return failures.isEmpty() && pagesDifferent == 0 && comparisons > 0;
  }

  List<String> failures() {
    return List.copyOf(failures);
  }

  Map<String, Integer> restarts() {
    return Map.copyOf(restarts);
  }

  Map<FaultKind, Integer> faults() {
    return Map.copyOf(faults);
  }

  Optional<String> diskNotFilled() {
    return diskNotFilled;
  }

  /** All figures by name, in the order of the report. */
  Map<String, Long> figures() {
    Map<String, Long> figures = new LinkedHashMap<>();
    figures.put("checkpoints", (long) checkpoints);
    figures.put("epochsClaimed", epochs);
    figures.put("seals", (long) seals);
    figures.put("comparisons", (long) comparisons);
    figures.put("pagesCompared", pagesCompared);
    figures.put("pagesDifferent", pagesDifferent);
    figures.put("restoresIntoQemu", (long) restores);
    figures.put("guestRunningChecks", (long) guestChecks);
    figures.put("zombiesFenced", (long) fencedZombies);
    figures.put("holdsLost", (long) lostHolds);
    return figures;
  }

  String toJson(long seed, Duration elapsed) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("seed", seed).put("seconds", elapsed.toMillis() / 1e3).put("good", isGood());
    ObjectNode byKind = json.putObject("faults");
    for (FaultKind kind : FaultKind.values()) {
      byKind.put(kind.word(), faults.getOrDefault(kind, 0));
    }
    figures().forEach(json::put);
    ObjectNode reasons = json.putObject("restartedProcesses");
    restarts.forEach(reasons::put);
    diskNotFilled.ifPresent(why -> json.put("diskNotFilled", why));
    failures.forEach(failure -> json.withArray("failures").add(failure));
    return json.toString();
  }
}
