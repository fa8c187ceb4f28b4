package dev.ramtide.deploy.timetravel;

import static java.util.stream.Collectors.joining;
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
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Guests that write all their memory faster than any pipeline carries it away. */
final class FastGuestIT {
  private static final Duration SOON = Duration.ofSeconds(90);
  private static final int PAGES_PER_MIB = 256;
  private static final int CHECKPOINTS = 5;

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

  /**
   * A checkpoint of ours, and QEMU's own snapshot of the same guest just before it.
   *
   * @param pauseMs by the manifest
   * @param downtimeMs of the same checkpoint, by QEMU
   * @param aloneMs QEMU's downtime when nobody but {@code cat} takes the pages
   * @param published pages
   * @param carried from the start of the checkpoint until all of it was in the log
   */
  private record Sample(
      double pauseMs, double downtimeMs, double aloneMs, long published, Duration carried) {}

  /**
   * What was measured of a guest of one size.
   *
   * @param writtenPerSecond pages, while no checkpoint held it up
   */
  private record Row(int memoryMib, List<Sample> samples, double writtenPerSecond) {
    double pauseMs() {
      return median(Sample::pauseMs);
    }

    double aloneMs() {
      return median(Sample::aloneMs);
    }

    double carriedPerSecond() {
      return samples.stream().mapToLong(Sample::published).sum()
          / (samples.stream().mapToLong(sample -> sample.carried().toMillis()).sum() / 1e3);
    }

    private double median(ToDoubleFunction<Sample> figure) {
      return samples.stream()
          .mapToDouble(figure)
          .sorted()
          .skip(samples.size() / 2)
          .iterator()
          .next();
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%5d MiB  median pause %.1f ms, of QEMU alone %.1f ms; the guest writes %,.0f pages/s,"
              + " %,.0f are carried%n%s",
          memoryMib,
          pauseMs(),
          aloneMs(),
          writtenPerSecond,
          carriedPerSecond(),
          samples.stream()
              .map(sample -> "           " + sample + "%n".formatted())
              .collect(joining()));
    }
  }

  @Test
  void thePauseInTheBackgroundIsQemusOwnWhateverTheGuestWrites() throws Exception {
    List<Row> rows = List.of(measure(fastGuest(256)), measure(fastGuest(1024)));
    rows.forEach(System.out::print);
    for (Row row : rows) {
      assertThat(row.writtenPerSecond())
          .as("written faster than carried: " + row)
          .isGreaterThan(row.carriedPerSecond());
      // QEMU counts in whole milliseconds; its events tell the same pause more finely.
      assertThat(row.samples())
          .allSatisfy(
              sample ->
                  assertThat(sample.pauseMs())
                      .isBetween(sample.downtimeMs(), sample.downtimeMs() + 2));
      // QEMU protects all memory while the guest stands, some 10 ms a GiB, and a busy machine adds
      // to that; a pipeline that held the guest until its pages are through would add their time.
      assertThat(row.pauseMs())
          .as("the pipeline's part grows with RAM: " + row)
          .isLessThan(3 * row.aloneMs() + 100);
    }
  }

  @Test
  void aLiveCheckpointThatDoesNotConvergeEndsAfterItsLimit() throws Exception {
    GuestSpec spec = fastGuest(64);
    try (QemuGuest guest = QemuGuest.start(spec)) {
      guest.awaitMarker(SOON);
      guest.awaitNextPass(SOON);
      guest.execute("migrate-set-parameters", Map.of("downtime-limit", 1));
      JsonNode manifest = checkpoint(guest, "live", "--mode", "live", "--live-limit", "3s");
      Duration running = Duration.between(instant(manifest, "start"), instant(manifest, "pause"));
      System.out.println(
          "live: paused after " + running + " for " + manifest.get("pauseMs") + " ms");
      assertThat(running).isBetween(Duration.ofSeconds(3), Duration.ofSeconds(30));
      assertThat(manifest.at("/pages/scanned").asLong())
          .as("pages sent again while the guest ran")
          .isGreaterThan(3L * spec.memoryMib() * PAGES_PER_MIB / 2);
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
      List<Sample> samples = new ArrayList<>();
      long passes = 0;
      Duration counted = Duration.ZERO;
      for (int checkpoint = 1; checkpoint <= CHECKPOINTS; checkpoint++) {
        long begin = System.nanoTime();
        passes += passesAtRest(guest);
        counted = counted.plusNanos(System.nanoTime() - begin);
        guest.migrateTo("exec:cat >/dev/null", Set.of("background-snapshot"));
        double aloneMs = downtimeMs(guest);
        JsonNode manifest = checkpoint(guest, "fast-" + spec.memoryMib(), "--mode", "background");
        samples.add(
            new Sample(
                manifest.get("pauseMs").asDouble(),
                downtimeMs(guest),
                aloneMs,
                manifest.at("/pages/published").asLong(),
                Duration.between(instant(manifest, "start"), instant(manifest, "complete"))));
      }
      double written = (double) passes * spec.program().hotPages();
      return new Row(spec.memoryMib(), samples, written / (counted.toMillis() / 1e3));
    }
  }

  /** Passes done while nothing else is asked of the guest. */
  private static long passesAtRest(QemuGuest guest) throws Exception {
    int before = guest.readDword(GuestProgram.PASS_ADDRESS);
    for (int i = 0; i < 5; i++) {
      guest.awaitNextPass(SOON);
    }
    return guest.readDword(GuestProgram.PASS_ADDRESS) - before;
  }

  /** Of the last migration. */
  private static double downtimeMs(QemuGuest guest) throws Exception {
    return guest.execute("query-migrate", Map.of()).number("downtime");
  }

  private static JsonNode checkpoint(QemuGuest guest, String vm, String... more) throws Exception {
    String[] args = {"agent", "--vm", vm, "--qmp", guest.agentSocket().toString(), "--once"};
    return pipeline
        .run(Stream.concat(Stream.of(args), Stream.of(more)).toArray(String[]::new))
        .get(0);
  }

  private static Instant instant(JsonNode manifest, String field) {
    return Instant.parse(manifest.get(field).asText());
  }
}
