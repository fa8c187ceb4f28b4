package dev.ramtide.deploy.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ramtide.deploy.demo.GuestProgram;
import dev.ramtide.deploy.demo.GuestSpec;
import dev.ramtide.deploy.demo.Machine;
import dev.ramtide.deploy.demo.QemuGuest;
import dev.ramtide.deploy.testbed.Command;
import dev.ramtide.deploy.testbed.Needed;
import dev.ramtide.deploy.testbed.Pipeline;
import dev.ramtide.deploy.testbed.RamtideProcess;
import dev.ramtide.deploy.testbed.Suspension;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real Prometheus, with the repository's configuration and rules, scrapes a real agent and a real
 * sink during real checkpoints. It is not shown how Grafana draws what is answered here.
 */
@Timeout(600)
final class WatchIT {
  private static final Duration SOON = Duration.ofSeconds(120);
  private static final GuestSpec SPEC =
      new GuestSpec(Machine.Q35, 64, GuestProgram.paced(16, 1024, 256));
  private static final Pattern ADDRESS = Pattern.compile("watch: http://(\\S+)/");
  private static final String NEARLY_FULL = "RamtideDiskNearlyFull";
  private static final String RECOVERY_POINT = "RamtideRecoveryPointOld";

  @TempDir private Path directory;
  private Pipeline pipeline;
  private QemuGuest guest;
  private RamtideProcess agent;
  private RamtideProcess sink;
  private PrometheusServer prometheus;

  @BeforeEach
  void start() throws Exception {
    Needed.program("prometheus", "prometheus");
    pipeline = Pipeline.start(directory);
    guest = QemuGuest.start(SPEC);
    guest.awaitMarker(SOON);
    agent =
        pipeline.start(
            "agent",
            "--vm=web-1",
            "--qmp=" + guest.agentSocket(),
            "--mode=live",
            "--interval=2s",
            "--keyframe-interval=10",
            "--metrics-port=0");
    sink = pipeline.start("sink", "--images=" + pipeline.images("site"), "--metrics-port=0");
    writeConfiguration();
    Files.copy(Alert.rules(), directory.resolve("ramtide-alerts.yml"));
    prometheus = PrometheusServer.start(directory);
  }

  @AfterEach
  void stop() throws Exception {
    if (prometheus != null) {
      prometheus.close();
    }
    pipeline.close();
    guest.close();
  }

  /** The repository's example, with our ports, and scraped often. */
  private void writeConfiguration() throws IOException {
    String example = Files.readString(Alert.folder().resolve("prometheus.yml"));
    String ours =
        example
            .replace("127.0.0.1:9404", address(agent))
            .replace("127.0.0.1:9405", address(sink))
            .replace("interval: 15s", "interval: 2s");
    assertThat(ours).contains(address(agent), address(sink), "site: main");
    Files.writeString(directory.resolve("prometheus.yml"), ours);
  }

  private static String address(RamtideProcess process) throws IOException {
    process.awaitStderr("watch: ", SOON);
    Matcher matcher = ADDRESS.matcher(process.stderr());
    assertThat(matcher.find()).isTrue();
    return matcher.group(1);
  }

  @Test
  void everyQueryHasDataAndTheRecoveryPointsAlertFiresWhenTheSinkIsStopped() throws Exception {
    await()
        .atMost(SOON)
        .until(() -> !prometheus.query("ramtide_sink_sealed_checkpoint > 3").isEmpty());
    everyPanelHasData();
    theRecoveryPointIsTheSameAsAMomentAndAsAnAge();
    everyAlertIsEvaluatedAndSilent();
    ourMetricsAreNamedAsPrometheusWants(agent);
    ourMetricsAreNamedAsPrometheusWants(sink);
    whoAsksForOpenMetricsGetsIt(agent);
    whoAsksForOpenMetricsGetsIt(sink);
    theRecoveryPointsAlertFiresWhileTheSinkIsStopped();
  }

  private void everyPanelHasData() throws Exception {
    List<AskedQuery> queries = new ArrayList<>();
    for (Dashboard dashboard : Dashboard.all()) {
      queries.addAll(AskedQuery.of(dashboard, prometheus));
    }
    List<AskedQuery> answered = new ArrayList<>();
    await()
        .atMost(SOON)
        .pollInterval(Duration.ofSeconds(2))
        .untilAsserted(
            () -> {
              answered.clear();
              for (AskedQuery query : queries) {
                answered.add(query.ask(prometheus));
              }
              assertThat(answered).allMatch(AskedQuery::hasData, "has data");
            });
    report("panel", answered);
  }

  private void theRecoveryPointIsTheSameAsAMomentAndAsAnAge() throws Exception {
    String apart =
        "timestamp(ramtide_sink_recovery_point_timestamp_seconds)"
            + " - ramtide_sink_recovery_point_timestamp_seconds"
            + " - ramtide_sink_recovery_point_age_seconds";
    assertThat(prometheus.query(apart).get(0).value()).isBetween(-3.0, 3.0);
  }

  /** A metric that an alert asks for in vain would make it silent for ever. */
  private void everyAlertIsEvaluatedAndSilent() throws Exception {
    List<AskedQuery> answered = new ArrayList<>();
    for (Alert alert : Alert.all()) {
      Matcher series =
          Pattern.compile("\\b(ramtide_\\w+(\\{[^}]*})?|up\\{[^}]*})").matcher(alert.query());
      while (series.find()) {
        AskedQuery part = new AskedQuery(alert.name(), series.group(), List.of()).ask(prometheus);
        assertThat(part.answer()).as(part.row()).isNotEmpty();
        answered.add(part);
      }
      boolean ofTheMachine = alert.name().equals(NEARLY_FULL) && isDiskNearlyFull();
      await()
          .atMost(SOON)
          .untilAsserted(
              () -> {
                JsonNode rule = prometheus.rule(alert.name()).orElseThrow();
                assertThat(rule.path("health").asText()).as("%s", rule).isEqualTo("ok");
                assertThat(rule.path("state").asText())
                    .as("%s", rule)
                    .isEqualTo(ofTheMachine ? "pending" : "inactive");
              });
      answered.add(new AskedQuery(alert.name(), alert.query(), List.of()).ask(prometheus));
    }
    report("alert", answered);
  }

  /** Of a developer's machine it may be: then the alert is right. */
  private boolean isDiskNearlyFull() throws IOException {
    FileStore disk = Files.getFileStore(directory);
    return disk.getUsableSpace() < 0.1 * disk.getTotalSpace();
  }

  private static void report(String what, List<AskedQuery> answered) throws IOException {
    List<String> lines = new ArrayList<>();
    lines.add("| " + what + " | query | series | a value |");
    lines.add("|---|---|---|---|");
    answered.forEach(query -> lines.add(query.row()));
    lines.forEach(System.out::println);
    Files.write(Path.of("target", what + "-queries.md"), lines);
  }

  private void ourMetricsAreNamedAsPrometheusWants(RamtideProcess process) throws Exception {
    HttpResponse<String> plain = scrape(process, "*/*");
    assertThat(plain.headers().firstValue("Content-Type").orElse(""))
        .startsWith("text/plain; version=0.0.4");
    Path metrics = Files.writeString(directory.resolve("metrics.txt"), plain.body());
    String promtool = Needed.program("promtool", "prometheus").toString();
    Command check =
        Command.run(
            SOON, directory, List.of("bash", "-c", promtool + " check metrics <" + metrics));
    assertThat(check.output()).doesNotContain("error while linting");
    assertThat(check.output().lines()).noneMatch(line -> line.startsWith("ramtide_"));
  }

  private static void whoAsksForOpenMetricsGetsIt(RamtideProcess process) throws Exception {
    HttpResponse<String> open =
        scrape(
            process, "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5");
    assertThat(open.headers().firstValue("Content-Type").orElse(""))
        .startsWith("application/openmetrics-text; version=1.0.0");
    assertThat(open.body()).endsWith("# EOF\n");
  }

  private static HttpResponse<String> scrape(RamtideProcess process, String accept)
      throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + address(process) + "/metrics"))
            .header("Accept", accept)
            .build();
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
  }

  private void theRecoveryPointsAlertFiresWhileTheSinkIsStopped() throws Exception {
    shorten();
    prometheus.reload();
    Thread.sleep(5_000);
    assertThat(state()).as("a healthy sink, with short limits").isEqualTo("inactive");
    try (Suspension stopped = Suspension.of(sink)) {
      assertThat(stopped.is(sink)).isTrue();
      await().atMost(SOON).alias("the alert fires").until(() -> state().equals("firing"));
      assertThat(prometheus.query("up{job=\"ramtide-sink\"} == 0"))
          .as("nothing is scraped of a sink that is stopped")
          .hasSize(1);
      JsonNode alert = prometheus.rule(RECOVERY_POINT).orElseThrow().path("alerts").path(0);
      System.out.println("fired: " + alert);
      assertThat(alert.path("labels").path("vm").asText()).isEqualTo("web-1");
      assertThat(alert.path("labels").path("site").asText()).isEqualTo("main");
      assertThat(alert.path("annotations").path("summary").asText())
          .startsWith("A restore of web-1 would go back ");
      assertThat(alert.path("annotations").path("runbook").asText())
          .contains("ramtide checkpoints --vm web-1 --images DIR")
          .doesNotContain("<error", "<no value>", "{{");
    }
    await().atMost(SOON).alias("over when it goes on").until(() -> state().equals("inactive"));
  }

  /** Half a minute instead of a quarter of an hour. */
  private void shorten() throws IOException {
    Path rules = directory.resolve("ramtide-alerts.yml");
    String text = Files.readString(rules);
    String shortened = text.replaceFirst("> 900\n        for: 1m\n", "> 30\n        for: 2s\n");
    assertThat(shortened).isNotEqualTo(text);
    Files.writeString(rules, shortened);
  }

  private String state() throws IOException, InterruptedException {
    return prometheus.rule(RECOVERY_POINT).orElseThrow().path("state").asText();
  }
}
