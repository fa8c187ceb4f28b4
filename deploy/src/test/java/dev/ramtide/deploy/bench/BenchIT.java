package dev.ramtide.deploy.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ramtide.deploy.testbed.RamtideProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** That everything is measured which is to be; how fast it is, nobody asserts. */
@Timeout(300)
class BenchIT {
  private static final Duration LIMIT = Duration.ofMinutes(4);
  private static final List<String> OF_A_REAL_QEMU =
      List.of("endtoend", "second", "pause", "slowdown", "restore-qemu");
  private static final List<String> OF_A_SYNTHETIC_GUEST =
      List.of("publish", "apply", "restore", "encryption", "scale-vms");

  @TempDir private Path directory;

  @Test
  void everyBenchOfARealQemuHasFiguresBesideItsPeer() throws Exception {
    JsonNode json = measured(OF_A_REAL_QEMU);
    assertThat(json.at("/machine/qemu").asText()).startsWith("1");
    assertThat(published(json, 1)).isPositive().isLessThan(published(json, 10) / 5);
  }

  @Test
  void everyBenchOfASyntheticGuestHasFiguresBesideItsPeer() throws Exception {
    measured(OF_A_SYNTHETIC_GUEST);
  }

  private JsonNode measured(List<String> benches) throws Exception {
    Path file = directory.resolve("figures.json");
    try (RamtideProcess bench =
        RamtideProcess.start(
            directory,
            "bench",
            "--quick",
            "--runs",
            "1",
            "--only",
            String.join(",", benches),
            "--json",
            file.toString())) {
      assertThat(bench.awaitExit(LIMIT)).as(bench.stderr()).isZero();
      JsonNode json = new ObjectMapper().readTree(file.toFile());
      List<String> measured = new ArrayList<>();
      for (JsonNode figure : json.get("figures")) {
        measured.add(figure.get("bench").asText());
        assertThat(bench.stdout()).contains(figure.get("what").asText());
        assertIsFigure(figure);
      }
      assertThat(measured)
          .containsAll(benches.stream().map(name -> name.replace("scale-vms", "scale")).toList());
      return json;
    }
  }

  private static void assertIsFigure(JsonNode figure) {
    double ours = median(figure, "ours");
    double theirs = median(figure, "theirs");
    assertThat(List.of(ours, theirs))
        .as(figure.toString())
        .allSatisfy(value -> assertThat(value).isPositive().isFinite());
    assertThat(median(figure, "ratio"))
        .as(figure.toString())
        .isEqualTo(ours / theirs, within(1e-9));
    assertThat(figure.at("/ours/runs")).hasSize(1);
  }

  private static double median(JsonNode figure, String whose) {
    return figure.get(whose).get("median").asDouble();
  }

  /** MiB for so many hundredths of the guest's pages. */
  private static double published(JsonNode json, int percent) {
    for (JsonNode figure : json.get("figures")) {
      if (figure
          .get("what")
          .asText()
          .endsWith(" " + percent + " % changed: page bytes published")) {
        return median(figure, "ours");
      }
    }
    throw new AssertionError("nothing was published of " + percent + " %");
  }
}
