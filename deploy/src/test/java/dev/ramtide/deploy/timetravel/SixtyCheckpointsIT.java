package dev.ramtide.deploy.timetravel;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ramtide.deploy.demo.GuestProgram;
import dev.ramtide.deploy.demo.GuestSpec;
import dev.ramtide.deploy.demo.Machine;
import dev.ramtide.deploy.demo.QemuGuest;
import dev.ramtide.deploy.testbed.Pipeline;
import dev.ramtide.deploy.testbed.RamtideProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Time travel: a guest that never rests, a checkpoint each second for a minute, and any of them is
 * one moment of it.
 */
final class SixtyCheckpointsIT {
  private static final Duration SOON = Duration.ofMinutes(2);
  private static final Duration A_MINUTE_AND_MORE = Duration.ofMinutes(10);
  private static final int CHECKPOINTS = 60;
  private static final int RESTORED = 10;
  private static final int KEYFRAME_INTERVAL = 25;
  private static final GuestSpec SPEC = new GuestSpec(Machine.Q35, 96, GuestProgram.busy(48, 2048));

  @TempDir private Path directory;

  @Test
  void anyOfSixtyCheckpointsOfABusyGuestIsOneMomentOfIt() throws Exception {
    long seed = System.nanoTime();
    try (Pipeline pipeline = Pipeline.start(directory)) {
      Taken taken = takeCheckpoints(pipeline);
      Map<Long, GuestMoment> moments = new TreeMap<>();
      for (long checkpoint : someOf(new Random(seed))) {
        GuestMoment moment = momentOf(pipeline, checkpoint);
        moments.put(checkpoint, moment);
        JsonNode manifest = taken.manifests().get((int) checkpoint - 1);
        PassReadings.Range around = taken.readings().around(instant(manifest, "pause"));
        System.out.println("checkpoint " + checkpoint + ": " + moment + ", passes by " + around);
        assertThat(moment.passes())
            .as("checkpoint %d, seed %d", checkpoint, seed)
            .isBetween(around.before(), around.after());
      }
      // What was seen later happened later.
      assertThat(List.copyOf(moments.values()))
          .as("seed " + seed)
          .isSorted()
          .doesNotHaveDuplicates();
    }
  }

  /** What the agent said, and what the guest itself counted meanwhile. */
  private record Taken(List<JsonNode> manifests, PassReadings readings) {}

  private static Taken takeCheckpoints(Pipeline pipeline) throws Exception {
    try (QemuGuest guest = QemuGuest.start(SPEC)) {
      guest.awaitMarker(SOON);
      String[] args = {
        "agent",
        "--vm",
        "sixty",
        "--qmp",
        guest.agentSocket().toString(),
        "--interval",
        "1s",
        "--checkpoints",
        "" + CHECKPOINTS,
        "--keyframe-interval",
        "" + KEYFRAME_INTERVAL,
        "--json"
      };
      PassReadings readings = new PassReadings(guest);
      try (RamtideProcess agent = pipeline.start(args)) {
        Instant end = Instant.now().plus(A_MINUTE_AND_MORE);
        while (agent.isAlive() && Instant.now().isBefore(end)) {
          readings.take();
          LockSupport.parkNanos(20_000_000);
        }
        assertThat(agent.awaitExit(Duration.ofSeconds(1))).as(agent.stderr()).isZero();
        readings.take();
        List<JsonNode> manifests = Pipeline.jsonLines(agent);
        assertThat(guest.status().running()).isTrue();
        assertAsOrdered(manifests);
        return new Taken(manifests, readings);
      }
    }
  }

  private static void assertAsOrdered(List<JsonNode> manifests) {
    assertThat(manifests)
        .hasSize(CHECKPOINTS)
        .allMatch(manifest -> manifest.get("mode").asText().equals("background"));
    assertThat(manifests)
        .filteredOn(manifest -> manifest.get("keyframe").asBoolean())
        .extracting(manifest -> manifest.get("checkpoint").asInt())
        .containsExactly(1, 1 + KEYFRAME_INTERVAL, 1 + 2 * KEYFRAME_INTERVAL);
  }

  private static Instant instant(JsonNode manifest, String field) {
    return Instant.parse(manifest.get(field).asText());
  }

  private static List<Long> someOf(Random random) {
    return random.longs(1, CHECKPOINTS + 1L).distinct().limit(RESTORED).boxed().toList();
  }

  private static GuestMoment momentOf(Pipeline pipeline, long checkpoint) throws Exception {
    Path image = pipeline.restore("sixty", checkpoint, "sixty-" + checkpoint + ".img");
    try (QemuGuest restored = QemuGuest.startIncoming(SPEC)) {
      restored.loadMappedRam(image, false);
      GuestMoment moment = GuestMoment.of(restored);
      restored.cont();
      assertThat(restored.goesOnCounting(SOON)).as("checkpoint " + checkpoint).isTrue();
      return moment;
    } finally {
      Files.delete(image);
    }
  }
}
