package dev.ramtide.deploy.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ramtide.deploy.cli.Ramtide;
import dev.ramtide.metrics.Metric;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Metrics, dashboards, alerts and {@code grafana/README.md} are held against each other, both ways.
 * Lines that the README lacks are printed as they must stand there.
 */
final class GrafanaTest {
  /** Of Grafana's names of units, those that we use: any other word would be shown as it is. */
  private static final Set<String> UNITS =
      Set.of("none", "s", "ms", "bytes", "Bps", "cps", "percentunit", "dateTimeAsIso");

  private final List<Dashboard> dashboards;
  private final List<Alert> alerts;
  private final List<String> readme;

  GrafanaTest() throws IOException {
    dashboards = Dashboard.all();
    alerts = Alert.all();
    readme = Files.readAllLines(Dashboard.folder().resolve("README.md"));
  }

  @Test
  void everyMetricThatIsAskedForExistsAndEveryOneThatExistsIsAskedFor() {
    UsedMetrics used = new UsedMetrics();
    for (Dashboard dashboard : dashboards) {
      dashboard.variables().forEach(one -> used.read(dashboard.uid(), one.query()));
      for (Dashboard.Panel panel : dashboard.panels()) {
        panel.queries().forEach(query -> used.read(panel.toString(), query));
      }
    }
    alerts.forEach(alert -> used.read(alert.name(), alert.query()));
    assertThat(used.findings()).isEmpty();
    assertThat(used.used()).containsExactlyInAnyOrder(Metric.values());
  }

  @Test
  void everyTestOfAnAlertFeedsMetricsThatExist() throws IOException {
    UsedMetrics used = new UsedMetrics();
    for (JsonNode test : Alert.yaml(Alert.tests()).path("tests")) {
      for (JsonNode series : test.path("input_series")) {
        used.read(test.path("name").asText(), series.path("series").asText());
      }
    }
    assertThat(used.findings()).isEmpty();
    assertThat(used.used()).isNotEmpty();
  }

  @Test
  void theReadmeHasALineForEveryMetricAndNoOther() {
    List<String> expected =
        Arrays.stream(Metric.values())
            .map(
                metric ->
                    "| `%s` | %s | %s |"
                        .formatted(
                            metric.prometheusName(),
                            String.join(", ", metric.labels()),
                            metric.help()))
            .toList();
    assertThat(rowsBelow("## Metrics")).containsExactlyElementsOf(expected);
  }

  @Test
  void theReadmeHasALineForEveryPanelAndNoOther() {
    for (Dashboard dashboard : dashboards) {
      List<String> expected =
          dashboard.panels().stream()
              .map(panel -> "| %s | %s |".formatted(panel.title(), panel.description()))
              .toList();
      String heading = "### %s (`%s`)".formatted(dashboard.title(), dashboard.uid());
      assertThat(rowsBelow(heading)).as(heading).containsExactlyElementsOf(expected);
    }
    assertThat(readme.stream().filter(line -> line.startsWith("### "))).hasSameSizeAs(dashboards);
  }

  @Test
  void theReadmeHasALineForEveryAlertAndNoOther() {
    List<String> names =
        rowsBelow("## Alerts").stream().map(row -> row.split("\\|")[1].strip()).toList();
    assertThat(names)
        .containsExactlyElementsOf(alerts.stream().map(alert -> "`" + alert.name() + "`").toList());
    for (Alert alert : alerts) {
      assertThat(rowsBelow("## Alerts"))
          .as(alert.name())
          .anyMatch(
              row -> row.startsWith("| `%s` | %s |".formatted(alert.name(), alert.severity())));
    }
  }

  /** The lines of the table below a heading, its own heading left out. */
  private List<String> rowsBelow(String heading) {
    assertThat(readme).contains(heading);
    List<String> after = readme.subList(readme.indexOf(heading) + 1, readme.size());
    return after.stream()
        .dropWhile(line -> !line.startsWith("|"))
        .takeWhile(line -> line.startsWith("|"))
        .skip(2)
        .toList();
  }

  @Test
  void aDashboardHasAnIdOfItsOwnThatIsItsFile() {
    assertThat(dashboards).isNotEmpty();
    for (Dashboard dashboard : dashboards) {
      assertThat(dashboard.file().getFileName()).hasToString(dashboard.uid() + ".json");
      assertThat(dashboard.title()).startsWith("Ramtide: ");
      assertThat(dashboard.json().path("tags").path(0).asText())
          .as("by it they link to each other")
          .isEqualTo("ramtide");
    }
  }

  @Test
  void aPanelSaysWhatItShowsAndInWhatUnit() {
    for (Dashboard dashboard : dashboards) {
      List<Dashboard.Panel> panels = dashboard.panels();
      assertThat(panels.stream().map(Dashboard.Panel::title)).doesNotHaveDuplicates();
      for (Dashboard.Panel panel : panels) {
        assertThat(panel.title()).as(panel.toString()).isNotBlank();
        assertThat(panel.description()).as(panel.toString()).endsWith(".").doesNotContain("|");
        assertThat(panel.unit()).as(panel.toString()).isIn(UNITS);
        assertThat(panel.queries()).as(panel.toString()).isNotEmpty().doesNotContain("");
      }
    }
  }

  @Test
  void thePrometheusOfAPanelIsTheOneThatWasChosen() {
    for (Dashboard dashboard : dashboards) {
      JsonNode chosen = dashboard.json().path("templating").path("list").path(0);
      assertThat(chosen.path("type").asText()).isEqualTo("datasource");
      assertThat(chosen.path("name").asText()).isEqualTo("datasource");
      assertThat(dashboard.json().findValues("datasource"))
          .hasSize(dashboard.panels().size() + dashboard.variables().size())
          .allMatch(source -> source.path("uid").asText().equals("${datasource}"));
    }
  }

  @Test
  void panelsLieBesideEachOtherAndHaveIdsOfTheirOwn() {
    for (Dashboard dashboard : dashboards) {
      List<String> cells = new ArrayList<>();
      List<Integer> ids = new ArrayList<>();
      for (JsonNode panel : dashboard.json().path("panels")) {
        ids.add(panel.path("id").asInt());
        JsonNode place = panel.path("gridPos");
        int right = place.path("x").asInt() + place.path("w").asInt();
        assertThat(right).as("%s", panel.path("title")).isBetween(1, 24);
        for (int x = place.path("x").asInt(); x < right; x++) {
          for (int y = 0; y < place.path("h").asInt(); y++) {
            cells.add(x + "," + (place.path("y").asInt() + y));
          }
        }
      }
      assertThat(cells).as(dashboard.uid()).doesNotHaveDuplicates();
      assertThat(ids).as(dashboard.uid()).doesNotHaveDuplicates();
    }
  }

  @Test
  void anAlertSaysWhatIsWrongAndWhatToDo() {
    for (Alert alert : alerts) {
      assertThat(alert.name()).startsWith("Ramtide");
      assertThat(alert.severity()).as(alert.name()).isIn("critical", "warning");
      for (String kind : List.of("summary", "description", "runbook")) {
        assertThat(alert.annotation(kind)).as(alert.name() + " " + kind).isNotBlank();
      }
      assertThat(alert.commands()).as(alert.name()).isNotEmpty();
    }
    assertThat(alerts.stream().map(Alert::name)).doesNotHaveDuplicates();
  }

  /** Whoever types a command of a runbook at three in the morning gets no usage message. */
  @Test
  void theCommandsOfTheRunbooksAreCommands() {
    for (Alert alert : alerts) {
      for (String command : alert.commands()) {
        String[] words = command.replaceAll("\\{\\{.*?}}", "web-1").split(" +");
        assertThatCode(() -> Ramtide.commandLine().parseArgs(words))
            .as(alert.name() + ": " + command)
            .doesNotThrowAnyException();
      }
    }
  }

  @Test
  void everyAlertIsTestedBothWays() throws IOException {
    List<String> names = new ArrayList<>();
    for (JsonNode test : Alert.yaml(Alert.tests()).path("tests")) {
      String name = test.path("name").asText();
      names.add(name);
      JsonNode asked = test.path("promql_expr_test").path(0);
      String alert = name.substring(0, name.indexOf(' '));
      assertThat(asked.path("expr").asText())
          .isEqualTo("ALERTS{alertname=\"" + alert + "\", alertstate=\"firing\"}");
      assertThat(asked.path("exp_samples").isEmpty())
          .as(name)
          .isEqualTo(name.startsWith(alert + " is silent: "));
    }
    List<String> expected =
        alerts.stream()
            .flatMap(alert -> Stream.of(alert.name() + " fires: ", alert.name() + " is silent: "))
            .toList();
    for (String beginning : expected) {
      assertThat(names).anyMatch(name -> name.startsWith(beginning));
    }
    assertThat(names).allMatch(name -> expected.stream().anyMatch(name::startsWith));
  }
}
