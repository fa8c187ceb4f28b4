package dev.ramtide.deploy.watch;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A query as Grafana would ask it, and what Prometheus answered last.
 *
 * @param where the panel or alert
 */
record AskedQuery(String where, String query, List<PrometheusServer.Sample> answer) {
  /** At least four scrapes, as Grafana sees to it. */
  private static final String RATE_INTERVAL = "20s";

  private static final String RANGE = "5m";

  AskedQuery {
    answer = List.copyOf(answer);
  }

  static AskedQuery of(String where, String query, Map<String, String> variables) {
    String asked = query;
    for (Map.Entry<String, String> variable : variables.entrySet()) {
      asked = asked.replace("$" + variable.getKey(), variable.getValue());
    }
    return new AskedQuery(where, asked, List.of());
  }

  /** All queries of a dashboard, with a VM or process that there is chosen at its top. */
  static List<AskedQuery> of(Dashboard dashboard, PrometheusServer prometheus)
      throws IOException, InterruptedException {
    Map<String, String> variables = new HashMap<>();
    variables.put("__rate_interval", RATE_INTERVAL);
    variables.put("__range", RANGE);
    for (Dashboard.Variable variable : dashboard.variables()) {
      List<String> offered = prometheus.labelValues(variable.series(), variable.label());
      if (offered.isEmpty()) {
        throw new IOException(dashboard.uid() + ": nothing to choose for " + variable.name());
      }
      variables.put(
          variable.name(), variable.allValue().isEmpty() ? offered.get(0) : variable.allValue());
    }
    List<AskedQuery> queries = new ArrayList<>();
    for (Dashboard.Panel panel : dashboard.panels()) {
      panel.queries().forEach(query -> queries.add(of(panel.toString(), query, variables)));
    }
    return queries;
  }

  AskedQuery ask(PrometheusServer prometheus) throws IOException, InterruptedException {
    return new AskedQuery(where, query, prometheus.query(query));
  }

  /** At least one number: what is no number is not drawn. */
  boolean hasData() {
    return answer.stream().anyMatch(sample -> !Double.isNaN(sample.value()));
  }

  /** A line of a table: where, the query, how many series, and one of their values. */
  String row() {
    String value =
        answer.stream()
            .filter(sample -> !Double.isNaN(sample.value()))
            .findFirst()
            .map(sample -> String.format(Locale.ROOT, "%.6g", sample.value()))
            .orElse("none");
    return "| %s | `%s` | %d | %s |"
        .formatted(where, query.replace("|", "\\|"), answer.size(), value);
  }
}
