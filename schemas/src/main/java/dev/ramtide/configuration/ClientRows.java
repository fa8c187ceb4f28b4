package dev.ramtide.configuration;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What several of Kafka's clients are given: a row that all clients of its kind have stands once,
 * another one says whose it is.
 */
public final class ClientRows {
  private final Map<String, Map<Effective, TreeSet<String>>> byKey = new TreeMap<>();
  private final List<ClientPlan> plans = new ArrayList<>();

  public void add(ClientPlan plan, List<Effective> rows) {
    plans.add(plan);
    for (Effective row : rows) {
      byKey
          .computeIfAbsent(row.key(), unused -> new LinkedHashMap<>())
          .computeIfAbsent(row, unused -> new TreeSet<>())
          .add(plan.purpose());
    }
  }

  /** By key. */
  public List<Effective> rows() {
    return byKey.values().stream()
        .flatMap(rows -> rows.entrySet().stream())
        .map(row -> row(row.getKey(), row.getValue()))
        .toList();
  }

  private Effective row(Effective row, TreeSet<String> purposes) {
    TreeSet<String> all =
        plans.stream()
            .filter(plan -> row.key().startsWith(plan.kind() + "."))
            .map(ClientPlan::purpose)
            .collect(Collectors.toCollection(TreeSet::new));
    return all.equals(purposes) ? row : row.noted(String.join(", ", purposes));
  }
}
