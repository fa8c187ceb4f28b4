package dev.ramtide.deploy.retention;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ramtide.deploy.demo.GuestProgram;
import dev.ramtide.deploy.demo.GuestSpec;
import dev.ramtide.deploy.demo.Machine;
import dev.ramtide.deploy.demo.QemuGuest;
import dev.ramtide.deploy.testbed.Pipeline;
import dev.ramtide.deploy.testbed.RamtideProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bounded: keyframes and prune keep the log small, whatever was in it, and what is left is whole.
 */
final class PruneIT {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final Duration LONG = Duration.ofMinutes(6);
  private static final int PARTITIONS = 8;

  /** 64 MiB are 16384 pages; the rest to 1 % is QEMU's own. */
  private static final int HOT_PAGES = 150;

  @TempDir private static Path directory;
  private static Pipeline pipeline;

  @BeforeAll
  static void start() throws IOException {
    pipeline = Pipeline.start(directory);
  }

  @AfterAll
  static void stop() {
    pipeline.close();
  }

  @Test
  void aHundredCheckpointsLeaveAKeyframeAndItsDeltas() throws Exception {
    GuestProgram program = GuestProgram.paced(32, HOT_PAGES, 2 * HOT_PAGES);
    GuestSpec spec = new GuestSpec(Machine.Q35, 64, program);
    try (QemuGuest guest = QemuGuest.start(spec)) {
      guest.awaitMarker(SOON);
      JsonNode early = checkpoints(guest, "grow", 1, "200ms", "--label", "early").get(0);
      pipeline.seal("away", "grow", 1); // Then this site's sink is away for a while.
      Set<Long> sizes = checkpointsWithSink(guest, 100);
      assertThat(sizes).as("sizes of the image, whenever it was sealed").hasSize(1);
      LogSize before = pages("grow");
      LogSize historyBefore = history("grow");
      JsonNode pruned = prune("grow", "--keep", "10");
      assertThat(pruned.get("records").asLong()).isPositive();
      assertBounded(pruned, before, pages("grow"));
      assertHistoryBounded(pruned, historyBefore, history("grow"));
      assertThat(prune("grow", "--keep", "10").get("records").asLong()).isZero();
      assertWhatIsLeftIsWhole(pruned.get("oldestRestorable").asLong());
      assertGone(early, pruned.get("oldestRestorable").asLong());
      assertThat(checkpoints(guest, "grow", 1, "200ms").get(0).get("checkpoint").asLong())
          .as("numbers are never used twice")
          .isEqualTo(102);
    }
  }

  /** A sink follows; returns how large its image was whenever it was looked at and sealed. */
  private static Set<Long> checkpointsWithSink(QemuGuest guest, int count) throws Exception {
    Set<Long> sizes = new TreeSet<>();
    try (RamtideProcess sink =
            pipeline.start("sink", "--images", pipeline.images("near").toString(), "--vm", "grow");
        RamtideProcess agent =
            pipeline.start(agentArgs(guest, "grow", count, "200ms", "--keyframe-interval", "20"))) {
      Path json = pipeline.image("near", "grow").resolveSibling("checkpoint.json");
      while (agent.isAlive() || !Files.readString(json).contains("\"checkpoint\" : 101,")) {
        if (Files.exists(json) && Files.readString(json).contains("\"sealed\"")) {
          sizes.add(Files.size(pipeline.image("near", "grow")));
        }
        Thread.sleep(50);
        assertThat(sink.isAlive()).as(sink.stderr()).isTrue();
      }
      assertThat(agent.awaitExit(LONG)).as(agent.stderr()).isZero();
    }
    return sizes;
  }

  private static void assertBounded(JsonNode pruned, LogSize before, LogSize after)
      throws Exception {
    List<JsonNode> left = left("grow");
    assertThat(left.get(0).get("keyframe").asBoolean()).isTrue();
    assertThat(left).hasSizeBetween(10, 29);
    long keyframe = left.get(0).at("/pages/publishedBytes").asLong();
    long deltas =
        left.stream()
            .skip(1)
            .filter(one -> !one.get("keyframe").asBoolean())
            .mapToLong(one -> one.at("/pages/publishedBytes").asLong())
            .sum();
    print(before, after, left.size(), keyframe, deltas, pruned);
    // An event says which pages it holds: at most some bytes for each of them.
    long facts = 64 * left.stream().mapToLong(one -> one.at("/pages/published").asLong()).sum();
    assertThat(after.valueBytes()).isLessThanOrEqualTo(keyframe + deltas + facts);
    assertThat(after.valueBytes()).isLessThan(before.valueBytes() / 2);
  }

  /** The other topic: device state, manifests, and a start before each keyframe. */
  private static void assertHistoryBounded(JsonNode pruned, LogSize before, LogSize after)
      throws Exception {
    List<JsonNode> left = left("grow");
    long states = left.stream().mapToLong(one -> one.at("/deviceState/bytes").asLong()).sum();
    String row = "%-44s %10s %14s %14s%n";
    System.out.printf(row, "checkpoints topic", "records", "value bytes", "on disk");
    System.out.printf(
        row, "101 checkpoints", before.records(), before.valueBytes(), before.diskBytes());
    System.out.printf(
        row, "after prune --keep 10", after.records(), after.valueBytes(), after.diskBytes());
    System.out.printf(row, "device state of " + left.size() + " checkpoints", "", states, "");
    long deleted = pruned.get("checkpointRecords").asLong();
    assertThat(after.records()).isEqualTo(before.records() - deleted);
    assertThat(after.valueBytes()).isLessThanOrEqualTo(states + 4096L * left.size());
    assertThat(after.valueBytes()).isLessThan(before.valueBytes() / 2);
  }

  private static List<JsonNode> left(String vm) throws Exception {
    List<JsonNode> left = new ArrayList<>();
    pipeline.run("checkpoints", "--vm", vm).get(0).get("checkpoints").forEach(left::add);
    return left;
  }

  private static void print(
      LogSize before, LogSize after, int left, long keyframe, long deltas, JsonNode pruned) {
    String row = "%-44s %10s %14s %14s%n";
    System.out.printf(row, "pages topic", "records", "value bytes", "on disk");
    System.out.printf(
        row, "101 checkpoints", before.records(), before.valueBytes(), before.diskBytes());
    System.out.printf(
        row, "after prune --keep 10", after.records(), after.valueBytes(), after.diskBytes());
    System.out.printf(row, "deleted, says prune", pruned.get("pageRecords"), "", "");
    System.out.printf(row, "page bytes of the keyframe that is left", "", keyframe, "");
    System.out.printf(row, "page bytes of its " + (left - 1) + " deltas", "", deltas, "");
    System.out.println("(on disk: segments go when all of one is cut off, a minute later)");
  }

  private static void assertWhatIsLeftIsWhole(long oldest) throws Exception {
    String gone = Long.toString(oldest - 1);
    Path nowhere = directory.resolve("gone.img");
    assertThat(
            pipeline.fail(
                "restore", "--vm", "grow", "--checkpoint", gone, "-o", nowhere.toString()))
        .contains("checkpoint " + gone)
        .contains(Long.toString(oldest));
    assertThat(nowhere).doesNotExist();
    pipeline.restore("grow", oldest, "oldest.img");
    Path newest = pipeline.restore("grow", 101, "newest.img");
    Pipeline.assertSameBytes(pipeline.image("near", "grow"), newest);
    Pipeline.assertSameBytes(pipeline.seal("away", "grow", 101), newest);
  }

  /** However it was asked for, and though nothing in the log knows of it any more. */
  private static void assertGone(JsonNode early, long oldest) throws Exception {
    for (String[] choice :
        new String[][] {
          {"--timestamp", early.get("pause").asText()},
          {"--label", early.get("label").asText()},
          {"--checkpoint", early.get("checkpoint").asText()}
        }) {
      assertThat(pipeline.fail("restore", "--vm", "grow", choice[0], choice[1], "--dry-run"))
          .contains("pruned")
          .contains("the oldest that can still be had is " + oldest + " (20");
    }
  }

  @Test
  void agentAndSinkMayRunMeanwhile() throws Exception {
    GuestSpec spec = new GuestSpec(Machine.Q35, 64, GuestProgram.paced(16, HOT_PAGES, 256));
    try (QemuGuest guest = QemuGuest.start(spec)) {
      guest.awaitMarker(SOON);
      long newest = pruneMeanwhile(guest);
      Path restored = pipeline.restore("live", newest, "live.img");
      Pipeline.assertSameBytes(pipeline.seal("live-site", "live", newest), restored);
      try (QemuGuest loaded = QemuGuest.startIncoming(spec)) {
        loaded.loadMappedRam(restored, false);
        loaded.cont();
        loaded.awaitNextPass(SOON);
        assertThat(loaded.foundItselfTorn()).isFalse();
      }
    }
  }

  /** Returns the last checkpoint of an agent that was at it from before the first prune on. */
  private static long pruneMeanwhile(QemuGuest guest) throws Exception {
    String images = pipeline.images("live-site").toString();
    try (RamtideProcess sink = pipeline.start("sink", "--images", images, "--vm", "live");
        RamtideProcess agent =
            pipeline.start(
                agentArgs(guest, "live", 1000, "200ms", "--keyframe-interval", "3", "--json"))) {
      for (int checkpoint = 8; checkpoint <= 40; checkpoint += 16) {
        agent.awaitStdout("\"checkpoint\":" + checkpoint + ",", SOON);
        JsonNode pruned = prune("live", "--keep", "2");
        assertThat(pruned.get("checkpoints").asLong()).isPositive();
        agent.awaitStdout(
            "\"checkpoint\":" + (pruned.get("oldestWanted").asLong() + 3) + ",", SOON);
        assertThat(sink.isAlive()).as(sink.stderr()).isTrue();
      }
      agent.terminate();
      agent.awaitExit(SOON);
      assertThat(sink.stderr()).doesNotContain("given up");
      List<JsonNode> taken = Pipeline.jsonLines(agent);
      return taken.get(taken.size() - 1).get("checkpoint").asLong();
    }
  }

  @Test
  void onlyWhatIsAskedForIsDeleted() throws Exception {
    GuestSpec spec = new GuestSpec(Machine.Q35, 64, GuestProgram.idle(4));
    try (QemuGuest guest = QemuGuest.start(spec)) {
      guest.awaitMarker(SOON);
      checkpoints(guest, "asked", 3, "100ms");
      LogSize before = pages("asked");
      JsonNode none = prune("asked", "--keep", "1");
      assertThat(none.get("reason").asText())
          .contains("keyframe 1")
          .contains("--keyframe-interval");
      assertThat(none.get("checkpointRecords").asLong()).as("the agent's claim").isEqualTo(1);
      assertThat(prune("asked", "--older-than", "7d").get("checkpoints").asLong()).isZero();
      LogSize historyBefore = history("asked");
      checkpoints(guest, "asked", 1, "100ms"); // A new agent begins with a keyframe.
      JsonNode dry = prune("asked", "--keep", "1", "--dry-run");
      assertThat(dry.get("pageRecords").asLong()).isEqualTo(before.records());
      assertThat(pages("asked").records()).isGreaterThan(before.records());
      JsonNode real = prune("asked", "--older-than", "1ms");
      assertThat(real.get("records")).isEqualTo(dry.get("records"));
      assertThat(real.get("checkpoints").asLong()).isEqualTo(3);
      assertThat(real.get("oldestRestorable").asLong()).isEqualTo(4);
      // With the three checkpoints goes the claim of the agent that made the fourth.
      assertThat(real.get("checkpointRecords").asLong()).isEqualTo(historyBefore.records() + 1);
      long chunks = left("asked").get(0).at("/deviceState/chunks").asLong();
      assertThat(history("asked").records()).as("start, chunks, manifest").isEqualTo(chunks + 2);
    }
  }

  @Test
  void whatWasPrunedComesFromTheSiteThatStillHasIt() throws Exception {
    String images = pipeline.images("site").toString();
    Path sealed = pipeline.image("site", "kept");
    Path kept = sealed.resolveSibling("kept/0000000001/ram.img");
    GuestSpec spec = new GuestSpec(Machine.Q35, 64, GuestProgram.idle(4));
    try (QemuGuest guest = QemuGuest.start(spec)) {
      guest.awaitMarker(SOON);
      checkpoints(guest, "kept", 1, "100ms");
      pipeline.seal("site", "kept", 1);
      Files.createDirectories(kept.getParent());
      for (String file : List.of("ram.img", "checkpoint.json")) {
        Files.copy(sealed.resolveSibling(file), kept.resolveSibling(file));
      }
      checkpoints(guest, "kept", 1, "100ms"); // Each agent begins with a keyframe.
      pipeline.seal("site", "kept", 2);
      checkpoints(guest, "kept", 1, "100ms");
    }
    prune("kept", "--keep", "1");
    String[] words = {"restore", "--vm", "kept", "--checkpoint", "2", "--dry-run"};
    assertThat(pipeline.fail(words)).contains("checkpoint 2 of kept was pruned");
    for (Path from : List.of(kept, sealed)) {
      String number = from == kept ? "1" : "2";
      Path output = directory.resolve("kept" + number + ".img");
      String[] all = {
        "restore", "--vm", "kept", "--checkpoint", number, "--images", images, "-o", "" + output
      };
      assertThat(pipeline.run(all).get(0).get("vm").asText()).isEqualTo("kept");
      Pipeline.assertSameBytes(output, from);
    }
    Files.delete(kept);
    assertThat(
            pipeline.fail(
                "restore", "--vm", "kept", "--checkpoint", "1", "--images", images, "--dry-run"))
        .contains("checkpoint 1 of kept was pruned")
        .contains("holds checkpoint 2, not 1");
  }

  @Test
  void whatASiteHasOfADeletedLogIsNotTakenForThePresentOnes() throws Exception {
    String images = pipeline.images("old-site").toString();
    GuestSpec spec = new GuestSpec(Machine.Q35, 64, GuestProgram.idle(4));
    try (QemuGuest guest = QemuGuest.start(spec)) {
      guest.awaitMarker(SOON);
      checkpoints(guest, "again", 2, "100ms");
      pipeline.seal("old-site", "again", 2);
      pipeline.run("delete", "--vm", "again", "--yes");
      checkpoints(guest, "again", 2, "100ms");
      checkpoints(guest, "again", 1, "100ms");
    }
    prune("again", "--keep", "1");
    assertThat(
            pipeline.fail(
                "restore", "--vm", "again", "--checkpoint", "2", "--images", images, "--dry-run"))
        .contains("checkpoint 2 of again was pruned")
        .contains("holds nothing of this log");
  }

  @Test
  void whatMakesNoSenseIsRefused() throws Exception {
    assertThat(pipeline.fail("prune", "--vm", "asked", "--keep", "0")).contains("at least 1");
    assertThat(pipeline.fail("prune", "--vm", "asked")).contains("--keep").contains("--older-than");
    assertThat(pipeline.fail("prune", "--vm", "nobody", "--keep", "1")).contains("no such topic");
    assertThat(pipeline.fail("prune", "--vm", "asked", "--keep", "2", "--older-than", "7d"))
        .contains("mutually exclusive");
  }

  private static LogSize history(String vm) throws Exception {
    return LogSize.of(pipeline.bootstrapServers(), "ramtide." + vm + ".checkpoints", 1);
  }

  private static LogSize pages(String vm) throws Exception {
    return LogSize.of(pipeline.bootstrapServers(), "ramtide." + vm + ".pages", PARTITIONS);
  }

  private static JsonNode prune(String vm, String... rule) throws Exception {
    List<String> args = new ArrayList<>(List.of("prune", "--vm", vm));
    args.addAll(List.of(rule));
    return pipeline.run(args.toArray(String[]::new)).get(0);
  }

  private static List<JsonNode> checkpoints(
      QemuGuest guest, String vm, int count, String interval, String... more) throws Exception {
    return pipeline.run(agentArgs(guest, vm, count, interval, more));
  }

  private static String[] agentArgs(
      QemuGuest guest, String vm, int count, String interval, String... more) {
    List<String> args = new ArrayList<>(List.of("agent", "--vm", vm, "--mode", "background"));
    args.addAll(List.of("--qmp", guest.agentSocket().toString(), "--interval", interval));
    args.addAll(List.of("--checkpoints", Integer.toString(count)));
    args.addAll(List.of(more));
    return args.toArray(String[]::new);
  }
}
