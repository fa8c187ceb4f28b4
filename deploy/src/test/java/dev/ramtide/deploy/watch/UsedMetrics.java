package dev.ramtide.deploy.watch;

import dev.ramtide.metrics.Metric;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which of our metrics queries ask for, and what is wrong with how they do. */
final class UsedMetrics {
  private static final Pattern OURS = Pattern.compile("\\bramtide_\\w+(\\{[^}]*})?");
  private static final Pattern LABEL = Pattern.compile("(\\w+)\\s*(?:=~|!~|!=|=)\\s*\"");
  private static final Pattern SERIES_OF_HISTOGRAM = Pattern.compile("_(bucket|count|sum)$");

  /** Those that Prometheus gives, or the scrape configuration. */
  private static final Set<String> LABELS_OF_TARGETS = Set.of("instance", "job", "site");

  private final Set<Metric> used = EnumSet.noneOf(Metric.class);
  private final List<String> findings = new ArrayList<>();

  /**
   * @param where for findings
   */
  void read(String where, String query) {
    Matcher matcher = OURS.matcher(query);
    while (matcher.find()) {
      String selector = Optional.ofNullable(matcher.group(1)).orElse("");
      String name = matcher.group().substring(0, matcher.group().length() - selector.length());
      Optional<Metric> metric = metricOf(name);
      if (metric.isEmpty()) {
        findings.add(where + ": there is no " + name);
        continue;
      }
      used.add(metric.get());
      labelsOf(selector).stream()
          .filter(label -> !knows(metric.get(), label))
          .forEach(label -> findings.add(where + ": " + name + " has no label " + label));
    }
  }

  private static Optional<Metric> metricOf(String series) {
    return Arrays.stream(Metric.values())
        .filter(
            metric ->
                metric.isHistogram()
                    ? SERIES_OF_HISTOGRAM.matcher(series).find()
                        && SERIES_OF_HISTOGRAM
                            .matcher(series)
                            .replaceFirst("")
                            .equals(metric.prometheusName())
                    : series.equals(metric.prometheusName()))
        .findFirst();
  }

  private static Set<String> labelsOf(String selector) {
    Set<String> labels = new HashSet<>();
    Matcher matcher = LABEL.matcher(selector);
    while (matcher.find()) {
      labels.add(matcher.group(1));
    }
    return labels;
  }

  private static boolean knows(Metric metric, String label) {
    return metric.labels().contains(label)
        || LABELS_OF_TARGETS.contains(label)
        || metric.isHistogram() && label.equals("le");
  }

  Set<Metric> used() {
    return used;
  }

  List<String> findings() {
    return findings;
  }
}
