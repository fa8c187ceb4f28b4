package dev.ramtide.deploy.timetravel;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ramtide.deploy.demo.GuestProgram;
import dev.ramtide.deploy.demo.GuestSpec;
import dev.ramtide.deploy.demo.Machine;
import dev.ramtide.deploy.demo.QemuGuest;
import dev.ramtide.deploy.testbed.Pipeline;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Guests that write all their memory faster than any pipeline carries it away. */
final class FastGuestIT {
  private static final Duration SOON = Duration.ofSeconds(90);
  private static final int PAGES_PER_MIB = 256;

  @TempDir private static Path directory;
  private static Pipeline pipeline;

  @BeforeAll
  static void start() throws Exception {
    pipeline = Pipeline.start(directory);
  }

  @AfterAll
  static void stop() {
    pipeline.close();
  }

  /** What was measured of a guest of one size. */
  private record Row(
      int memoryMib, List<Double> pausesMs, double qemuLastMs, double writtenToSent) {
    double medianMs() {
      List<Double> sorted = new ArrayList<>(pausesMs);
      Collections.sort(sorted);
      return sorted.get(sorted.size() / 2);
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%5d MiB  pauses %s ms, median %.1f  QEMU's last downtime %.0f ms  written / sent %.1f",
          memoryMib,
          pausesMs,
          medianMs(),
          qemuLastMs,
          writtenToSent);
    }
  }

  @Test
  void thePauseInTheBackgroundIsQemusOwnWhateverTheGuestWrites() throws Exception {
    Row small = measure(fastGuest(256));
    Row large = measure(fastGuest(1024));
    System.out.println(small + System.lineSeparator() + large);
    for (Row row : List.of(small, large)) {
      assertThat(row.writtenToSent()).as("written faster than sent").isGreaterThan(1);
      // QEMU counts in whole milliseconds; its events tell the same pause more finely.
      assertThat(row.pausesMs().get(row.pausesMs().size() - 1))
          .isBetween(row.qemuLastMs(), row.qemuLastMs() + 2);
      // QEMU protects all memory while the guest stands, some 10 ms a GiB; the pipeline costs
      // nothing.
      assertThat(row.medianMs()).isLessThan(100);
    }
  }

  @Test
  void aLiveCheckpointThatDoesNotConvergeEndsAfterItsLimit() throws Exception {
    GuestSpec spec = fastGuest(256);
    try (QemuGuest guest = QemuGuest.start(spec)) {
      guest.awaitMarker(SOON);
      guest.awaitNextPass(SOON);
      guest.execute("migrate-set-parameters", Map.of("downtime-limit", 1));
      JsonNode manifest =
          checkpoints(guest, "live", 1, "--mode", "live", "--live-limit", "3s").get(0);
      Duration running = Duration.between(instant(manifest, "start"), instant(manifest, "pause"));
      System.out.println(
          "live: paused after " + running + " for " + manifest.get("pauseMs") + " ms");
      assertThat(running).isBetween(Duration.ofSeconds(3), Duration.ofSeconds(30));
      assertThat(manifest.at("/pages/scanned").asLong())
          .as("pages sent again while the guest ran")
          .isGreaterThan(2L * spec.memoryMib() * PAGES_PER_MIB);
      assertThat(guest.status().running()).isTrue();
    }
    Path image = pipeline.restore("live", 1, "live.img");
    try (QemuGuest restored = QemuGuest.startIncoming(spec)) {
      restored.loadMappedRam(image, false);
      assertThat(GuestMoment.of(restored).passes()).isPositive();
    }
  }

  /** Three quarters of its memory, a page after the other, without a rest. */
  private static GuestSpec fastGuest(int memoryMib) {
    int hotMib = memoryMib * 3 / 4;
    return new GuestSpec(Machine.Q35, memoryMib, GuestProgram.busy(hotMib, hotMib * PAGES_PER_MIB));
  }

  private static Row measure(GuestSpec spec) throws Exception {
    try (QemuGuest guest = QemuGuest.start(spec)) {
      guest.awaitMarker(SOON);
      guest.awaitNextPass(SOON);
      int passes = guest.readDword(GuestProgram.PASS_ADDRESS);
      List<JsonNode> manifests =
          checkpoints(
              guest, "fast-" + spec.memoryMib(), 5, "--mode", "background", "--interval", "100ms");
      long passesDone = guest.readDword(GuestProgram.PASS_ADDRESS) - passes;
      long pagesSent =
          manifests.stream().mapToLong(one -> one.at("/pages/published").asLong()).sum();
      double qemuMs = guest.execute("query-migrate", Map.of()).number("downtime");
      List<Double> pauses = manifests.stream().map(one -> one.get("pauseMs").asDouble()).toList();
      double written = (double) passesDone * spec.program().hotPages();
      return new Row(spec.memoryMib(), pauses, qemuMs, written / pagesSent);
    }
  }

  private static List<JsonNode> checkpoints(QemuGuest guest, String vm, int number, String... more)
      throws Exception {
    List<String> args =
        new ArrayList<>(
            List.of(
                "agent",
                "--vm",
                vm,
                "--qmp",
                guest.agentSocket().toString(),
                "--checkpoints",
                Integer.toString(number)));
    args.addAll(List.of(more));
    return pipeline.run(args.toArray(String[]::new));
  }

  private static Instant instant(JsonNode manifest, String field) {
    return Instant.parse(manifest.get(field).asText());
  }
}
