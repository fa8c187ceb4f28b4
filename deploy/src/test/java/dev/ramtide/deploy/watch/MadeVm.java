package dev.ramtide.deploy.watch;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A VM as a test makes it up, in the words of the status page's JSON. */
final class MadeVm {
  private static final int MOST_MARKS = 40;

  private final String name;
  private final List<MadeCheckpoint> checkpoints = new ArrayList<>();
  private @Nullable MadeMemory memory;
  private String state = "none";
  private @Nullable String reason;
  private int sealed;
  private boolean fromLog;
  private long lagRecords;
  private @Nullable Map<String, Object> capture;

  /**
   * @param pause the guest's moment
   */
  record MadeCheckpoint(
      int number, boolean keyframe, String label, Instant pause, double pauseMs, long bytes) {}

  MadeVm(String name) {
    this.name = name;
  }

  String name() {
    return name;
  }

  synchronized MadeVm memory(MadeMemory made) {
    memory = made;
    return this;
  }

  MadeMemory memory() {
    return Optional.ofNullable(memory).orElseThrow();
  }

  synchronized MadeVm state(String is, @Nullable String why) {
    state = is;
    reason = why;
    return this;
  }

  /** No image is sealed, and yet the newest checkpoint can be restored. */
  synchronized MadeVm restorableFromLog() {
    fromLog = true;
    return this;
  }

  synchronized MadeVm lag(long records) {
    lagRecords = records;
    return this;
  }

  synchronized MadeVm add(MadeCheckpoint checkpoint) {
    checkpoints.add(checkpoint);
    return this;
  }

  synchronized MadeVm seal(int number) {
    sealed = number;
    state = "sealed";
    return this;
  }

  synchronized MadeVm capture(String phase, long delivered, long total, Instant since) {
    state = "capturing";
    capture = new LinkedHashMap<>();
    capture.put("checkpoint", checkpoints.size() + 1);
    capture.put("phase", phase);
    capture.put("deliveredPages", delivered);
    capture.put("totalPages", total);
    capture.put("since", since.toString());
    return this;
  }

  synchronized Map<String, Object> status(boolean isSink, Instant now) {
    Map<String, Object> facts = new LinkedHashMap<>();
    Optional<MadeCheckpoint> newest =
        checkpoints.isEmpty()
            ? Optional.empty()
            : Optional.of(checkpoints.get(checkpoints.size() - 1));
    Optional<MadeCheckpoint> seal =
        checkpoints.stream().filter(one -> isSink && one.number() == sealed).findFirst();
    Optional<MadeCheckpoint> point = isSink ? seal : newest;
    facts.put("vm", name);
    facts.put("state", state);
    facts.put("reason", reason);
    facts.put("newest", newest.map(MadeVm::point).orElse(null));
    facts.put("sealed", seal.map(MadeVm::point).orElse(null));
    facts.put("recoveryPointAgeSeconds", point.map(one -> age(one, now)).orElse(null));
    facts.put("oldestRestorable", checkpoints.isEmpty() ? null : checkpoints.get(0).number());
    facts.put("lagRecords", lagRecords);
    facts.put("lagBytes", lagRecords * 500_000);
    facts.put("partitions", 8);
    facts.put("lockWaits", 0);
    facts.put("imageBytes", memory == null ? 0 : memory.bytes() + 1_052_672);
    facts.put("ramBytes", memory == null ? 4L << 30 : memory.bytes());
    facts.put("restore", (fromLog ? newest : point).map(this::command).orElse(null));
    facts.put("capture", capture);
    facts.put("memory", isSink && memory != null);
    return facts;
  }

  private static double age(MadeCheckpoint one, Instant now) {
    return Duration.between(one.pause(), now).toMillis() / 1_000.0;
  }

  private static Map<String, Object> point(MadeCheckpoint one) {
    return Map.of("checkpoint", one.number(), "pause", one.pause().toString());
  }

  private String command(MadeCheckpoint one) {
    return "ramtide restore --bootstrap-server kafka-1:9092 --vm %s --checkpoint %d -o %s.img"
        .formatted(name, one.number(), name);
  }

  synchronized Map<String, Object> history(int last) {
    return Map.of(
        "vm",
        name,
        "checkpoints",
        checkpoints.stream()
            .skip(Math.max(0, checkpoints.size() - last))
            .map(this::described)
            .toList());
  }

  private Map<String, Object> described(MadeCheckpoint one) {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("checkpoint", one.number());
    facts.put("epoch", MadeMemory.EPOCH);
    facts.put("keyframe", one.keyframe());
    facts.put("label", one.label());
    facts.put("mode", "background");
    facts.put("start", one.pause().minusMillis(20).toString());
    facts.put("pause", one.pause().toString());
    facts.put("resume", one.pause().plusMillis((long) one.pauseMs()).toString());
    facts.put("complete", one.pause().plusSeconds(1).toString());
    facts.put("pauseMs", one.pauseMs());
    facts.put(
        "pages",
        Map.of(
            "scanned", 131_072,
            "zero", 60_000,
            "unchanged", 70_000,
            "published", one.bytes() / 4096,
            "publishedBytes", one.bytes()));
    facts.put("sealed", one.number() == sealed);
    return facts;
  }

  synchronized Map<String, Object> memoryMap() {
    List<Map<String, Object>> marks =
        checkpoints.stream().skip(firstMark()).map(MadeVm::mark).toList();
    return Map.of(
        "vm",
        name,
        "pageBytes",
        4096,
        "blocks",
        memory().blocks(),
        "newestEpoch",
        MadeMemory.EPOCH,
        "marks",
        marks);
  }

  private static Map<String, Object> mark(MadeCheckpoint one) {
    return Map.of(
        "checkpoint",
        one.number(),
        "epoch",
        MadeMemory.EPOCH,
        "firstSequence",
        MadeMemory.SEQUENCES * one.number());
  }

  private int firstMark() {
    return Math.max(0, checkpoints.size() - MOST_MARKS);
  }

  synchronized Map<String, Object> cells(MadeMemory.Window window) {
    int first = checkpoints.isEmpty() ? 0 : checkpoints.get(firstMark()).number();
    return memory().cells(window, first);
  }
}
