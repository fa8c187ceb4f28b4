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
      checkpoints(guest, "grow", 1, "200ms");
      pipeline.seal("away", "grow", 1); // Then this site's sink is away for a while.
      Set<Long> sizes = checkpointsWithSink(guest, 100);
      assertThat(sizes).as("sizes of the image, whenever it was sealed").hasSize(1);
      LogSize before = pages("grow");
      JsonNode pruned = prune("grow", "--keep", "10");
      assertThat(pruned.get("records").asLong()).isPositive();
      assertBounded(pruned, before, pages("grow"));
      assertThat(prune("grow", "--keep", "10").get("records").asLong()).isZero();
      assertWhatIsLeftIsWhole(pruned.get("oldestRestorable").asLong());
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
    List<JsonNode> left = new ArrayList<>();
    pipeline.run("checkpoints", "--vm", "grow").get(0).get("checkpoints").forEach(left::add);
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
      assertThat(prune("asked", "--older-than", "7d").get("checkpoints").asLong()).isZero();
      checkpoints(guest, "asked", 1, "100ms"); // A new agent begins with a keyframe.
      JsonNode dry = prune("asked", "--keep", "1", "--dry-run");
      assertThat(dry.get("pageRecords").asLong()).isEqualTo(before.records());
      assertThat(pages("asked").records()).isGreaterThan(before.records());
      JsonNode real = prune("asked", "--older-than", "1ms");
      assertThat(real.get("records")).isEqualTo(dry.get("records"));
      assertThat(real.get("checkpoints").asLong()).isEqualTo(3);
      assertThat(real.get("oldestRestorable").asLong()).isEqualTo(4);
    }
  }

  @Test
  void whatMakesNoSenseIsRefused() throws Exception {
    assertThat(pipeline.fail("prune", "--vm", "asked", "--keep", "0")).contains("at least 1");
    assertThat(pipeline.fail("prune", "--vm", "asked")).contains("--keep").contains("--older-than");
    assertThat(pipeline.fail("prune", "--vm", "nobody", "--keep", "1")).contains("no such topic");
    assertThat(pipeline.fail("prune", "--vm", "asked", "--keep", "2", "--older-than", "7d"))
        .contains("mutually exclusive");
  }

  private static LogSize pages(String vm) throws Exception {
    return LogSize.of(pipeline.bootstrapServers(), "ramtide." + vm + ".pages", PARTITIONS);
  }

  private static JsonNode prune(String vm, String... rule) throws Exception {
    List<String> args = new ArrayList<>(List.of("prune", "--vm", vm));
    args.addAll(List.of(rule));
    return pipeline.run(args.toArray(String[]::new)).get(0);
  }

  private static List<JsonNode> checkpoints(QemuGuest guest, String vm, int count, String interval)
      throws Exception {
    return pipeline.run(agentArgs(guest, vm, count, interval));
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
