package dev.ramtide.deploy.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FigureTest {
  private static final Figure FIGURE =
      new Figure(
          "publish",
          "all new",
          "MB/s",
          new Samples(List.of(90.0, 200.0, 150.0)),
          "plain",
          new Samples(List.of(100.0, 100.0, 200.0)),
          Optional.of(Mark.atLeast(0.9)));

  @Test
  void theMedianIsTheMiddleOneOrTheMeanOfTwo() {
    assertThat(new Samples(List.of(9.0, 1.0, 2.0)).median()).isEqualTo(2);
    assertThat(new Samples(List.of(9.0, 1.0, 2.0, 4.0)).median()).isEqualTo(3);
    assertThat(new Samples(List.of(9.0, 1.0, 2.0)).min()).isEqualTo(1);
    assertThat(new Samples(List.of(9.0, 1.0, 2.0)).max()).isEqualTo(9);
    assertThatThrownBy(() -> new Samples(List.of())).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aRatioIsTakenRunByRun() {
    assertThat(FIGURE.ratio().values()).containsExactly(0.9, 2.0, 0.75);
    assertThat(FIGURE.isMet()).contains(true);
  }

  @Test
  void aLimitStandsBesideEveryRun() {
    Samples memory = new Samples(List.of(50.0, 100.0));
    assertThat(memory.over(Samples.of(200)).values()).containsExactly(0.25, 0.5);
  }

  @Test
  void runsThatAreNotPairsAreRefused() {
    Samples two = new Samples(List.of(1.0, 2.0));
    assertThatThrownBy(
            () -> new Figure("b", "w", "s", FIGURE.ours(), "peer", two, Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("3 runs beside 2");
  }

  @Test
  void aMarkIsMetOnItsOwnSide() {
    assertThat(Mark.atLeast(0.9).isMet(0.89)).isFalse();
    assertThat(Mark.atLeast(0.9).isMet(0.9)).isTrue();
    assertThat(Mark.atMost(1.1).isMet(1.11)).isFalse();
    assertThat(Mark.atMost(1.1).isMet(1.1)).isTrue();
  }

  @Test
  void theTableIsMarkdownAndSaysWhatWasMissed() {
    StringWriter written = new StringWriter();
    BenchPrinter printer = new BenchPrinter(new PrintWriter(written));
    printer.figure(FIGURE);
    printer.figure(
        new Figure("memory", "agent", "MiB", Samples.of(2), "limit", Samples.of(1), mostOnce()));
    assertThat(written.toString().lines())
        .hasSize(4)
        .allMatch(line -> line.startsWith("|") && line.endsWith("|"))
        .anyMatch(line -> line.contains("150 (90.0–200) MB/s") && line.contains("met"))
        .anyMatch(line -> line.contains("2.00 MiB") && line.contains("missed"));
  }

  private static Optional<Mark> mostOnce() {
    return Optional.of(Mark.atMost(1));
  }

  @Test
  void jsonHasEveryRun(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("figures.json");
    BenchJson.write(file, new Machine(Map.of("cores", "2")), List.of(FIGURE));

    JsonNode json = new ObjectMapper().readTree(file.toFile());
    assertThat(json.at("/machine/cores").asText()).isEqualTo("2");
    assertThat(json.at("/figures/0/ours/runs")).hasSize(3);
    assertThat(json.at("/figures/0/ratio/median").asDouble()).isEqualTo(0.9);
    assertThat(json.at("/figures/0/met").asBoolean()).isTrue();
  }
}
