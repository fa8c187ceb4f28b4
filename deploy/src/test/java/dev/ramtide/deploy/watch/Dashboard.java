package dev.ramtide.deploy.watch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ramtide.deploy.house.SourceTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A file of {@code grafana/dashboards}. */
record Dashboard(Path file, JsonNode json) {
  static Path folder() {
    return SourceTree.root().resolve("grafana");
  }

  static List<Dashboard> all() throws IOException {
    List<Dashboard> all = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder().resolve("dashboards"))) {
      for (Path file : files.sorted().toList()) {
        all.add(new Dashboard(file, new ObjectMapper().readTree(Files.readString(file))));
      }
    }
    return all;
  }

  String uid() {
    return json.path("uid").asText();
  }

  String title() {
    return json.path("title").asText();
  }

  /** Those that show something, rows left out. */
  List<Panel> panels() {
    List<Panel> panels = new ArrayList<>();
    for (JsonNode panel : json.path("panels")) {
      if (!panel.path("type").asText().equals("row")) {
        panels.add(new Panel(uid(), panel));
      }
    }
    return panels;
  }

  /** What is chosen at the top, the data source left out. */
  List<Variable> variables() {
    List<Variable> variables = new ArrayList<>();
    for (JsonNode variable : json.path("templating").path("list")) {
      if (variable.path("type").asText().equals("query")) {
        variables.add(
            new Variable(
                variable.path("name").asText(),
                variable.path("query").asText(),
                variable.path("allValue").asText()));
      }
    }
    return variables;
  }

  /**
   * @param query {@code label_values(SERIES, LABEL)}
   * @param allValue what it is when all are chosen, or empty when one must be
   */
  record Variable(String name, String query, String allValue) {
    private String inside() {
      return query.substring("label_values(".length(), query.length() - 1);
    }

    String series() {
      return inside().substring(0, inside().lastIndexOf(','));
    }

    String label() {
      return inside().substring(inside().lastIndexOf(',') + 1).strip();
    }
  }

  record Panel(String dashboard, JsonNode json) {
    String title() {
      return json.path("title").asText();
    }

    String description() {
      return json.path("description").asText();
    }

    String unit() {
      return json.path("fieldConfig").path("defaults").path("unit").asText();
    }

    /** In PromQL, with Grafana's variables in them. */
    List<String> queries() {
      List<String> queries = new ArrayList<>();
      json.path("targets").forEach(target -> queries.add(target.path("expr").asText()));
      return queries;
    }

    @Override
    public String toString() {
      return dashboard + ": " + title();
    }
  }
}
