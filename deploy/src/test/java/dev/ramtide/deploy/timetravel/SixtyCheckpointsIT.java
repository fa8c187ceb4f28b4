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
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Time travel: a guest that never rests, a checkpoint each second for a minute, and any of them is
 * one moment of it.
 */
final class SixtyCheckpointsIT {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final int CHECKPOINTS = 60;
  private static final int RESTORED = 10;
  private static final GuestSpec SPEC = new GuestSpec(Machine.Q35, 96, GuestProgram.busy(48, 2048));

  @TempDir private Path directory;

  @Test
  void anyOfSixtyCheckpointsOfABusyGuestIsOneMomentOfIt() throws Exception {
    long seed = System.nanoTime();
    try (Pipeline pipeline = Pipeline.start(directory)) {
      takeCheckpoints(pipeline);
      Map<Long, GuestMoment> moments = new TreeMap<>();
      for (long checkpoint : someOf(new Random(seed))) {
        moments.put(checkpoint, momentOf(pipeline, checkpoint));
      }
      System.out.println("restored of 60, seed " + seed + ": " + moments);
      // What was seen later happened later.
      assertThat(List.copyOf(moments.values()))
          .as("seed " + seed)
          .isSorted()
          .doesNotHaveDuplicates();
    }
  }

  private static void takeCheckpoints(Pipeline pipeline) throws Exception {
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
        "25",
        "--json"
      };
      try (RamtideProcess agent = pipeline.start(args)) {
        assertThat(agent.awaitExit(Duration.ofSeconds(240))).as(agent.stderr()).isZero();
        List<JsonNode> manifests = Pipeline.jsonLines(agent);
        assertThat(manifests).hasSize(CHECKPOINTS);
        assertThat(manifests)
            .allMatch(manifest -> manifest.get("mode").asText().equals("background"));
      }
      assertThat(guest.status().running()).isTrue();
    }
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
