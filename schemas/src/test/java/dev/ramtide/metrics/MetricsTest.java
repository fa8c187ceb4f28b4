package dev.ramtide.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MetricsTest {
  private final Metrics metrics = new Metrics();

  /**
   * The name in the list is the name that Prometheus sees, whatever the registry makes of names.
   */
  @ParameterizedTest
  @EnumSource(Metric.class)
  void aMetricIsScrapedUnderTheNameInTheList(Metric metric) {
    String[] labels = metric.labels().stream().map(label -> "x").toArray(String[]::new);
    if (metric.isHistogram()) {
      metrics.record(metric, Duration.ofMillis(70), labels);
    } else if (metric.type() == Metric.Type.GAUGE) {
      metrics.gauge(metric, this, test -> 1, labels);
    } else {
      metrics.add(metric, 1, labels);
    }
    String series =
        metric.prometheusName()
            + (metric.isHistogram() ? "_count" : "")
            + (labels.length == 0 ? " " : "{");
    assertThat(metrics.scrape(null).lines()).anyMatch(line -> line.startsWith(series));
    assertThat(metrics.scrape(null))
        .contains("# HELP " + metric.prometheusName() + " " + metric.help());
  }

  @ParameterizedTest
  @EnumSource(Metric.class)
  void aNameFollowsPrometheusRules(Metric metric) {
    String name = metric.prometheusName();
    assertThat(name).matches("ramtide_(agent|sink)_[a-z]+(_[a-z]+)*");
    assertThat(name.endsWith("_total")).isEqualTo(metric.type() == Metric.Type.COUNTER);
    assertThat(name.endsWith("_seconds"))
        .as("a histogram of time")
        .satisfies(seconds -> assertThat(seconds || !metric.isHistogram()).isTrue());
    assertThat(Arrays.stream(Metric.values()).map(Metric::prometheusName)).doesNotHaveDuplicates();
  }

  @Test
  void timesFallIntoBucketsOfSeconds() {
    metrics.record(Metric.SINK_SYNC_DURATION, Duration.ofMillis(7), "web-1");
    assertThat(metrics.scrape(null))
        .contains("ramtide_sink_sync_duration_seconds_bucket{vm=\"web-1\",le=\"0.005\"} 0")
        .contains("ramtide_sink_sync_duration_seconds_bucket{vm=\"web-1\",le=\"0.01\"} 1")
        .contains("ramtide_sink_sync_duration_seconds_sum{vm=\"web-1\"} 0.007");
  }

  @Test
  void aCountThatSomethingElseKeepsIsReadWithEachScrape() {
    AtomicLong kept = new AtomicLong(5);
    metrics.counter(Metric.AGENT_STALL, kept, AtomicLong::get, "web-1");
    kept.set(9);
    assertThat(metrics.scrape(null))
        .contains("ramtide_agent_stall_seconds_total{vm=\"web-1\"} 9.0");
  }

  @Test
  void openMetricsIsGivenToWhoAcceptsIt() {
    String accept = "application/openmetrics-text;version=1.0.0,text/plain;q=0.5";
    assertThat(metrics.scrape(accept)).endsWith("# EOF\n");
    assertThat(Metrics.contentType(accept)).startsWith("application/openmetrics-text");
    assertThat(metrics.scrape("text/plain")).doesNotContain("# EOF");
    assertThat(Metrics.contentType(null)).startsWith("text/plain; version=0.0.4");
  }

  @Test
  void aWrongKindOrANumberOfLabelsThatIsNotTheListsIsACallersBug() {
    assertThatIllegalArgumentException().isThrownBy(() -> metrics.add(Metric.SINK_SEALS, 1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> metrics.add(Metric.SINK_LAG_BYTES, 1, "web-1"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> metrics.record(Metric.SINK_SEALS, Duration.ZERO, "web-1"));
  }
}
