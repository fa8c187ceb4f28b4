package dev.ramtide.deploy.watch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A rule of {@code grafana/prometheus/ramtide-alerts.yml}. */
record Alert(String name, JsonNode rule) {
  static Path folder() {
    return Dashboard.folder().resolve("prometheus");
  }

  static Path rules() {
    return folder().resolve("ramtide-alerts.yml");
  }

  static Path tests() {
    return folder().resolve("ramtide-alerts-test.yml");
  }

  static List<Alert> all() throws IOException {
    List<Alert> all = new ArrayList<>();
    for (JsonNode group : yaml(rules()).path("groups")) {
      group.path("rules").forEach(rule -> all.add(new Alert(rule.path("alert").asText(), rule)));
    }
    return all;
  }

  static JsonNode yaml(Path file) throws IOException {
    return new YAMLMapper().readTree(Files.readString(file));
  }

  String query() {
    return rule.path("expr").asText();
  }

  String severity() {
    return rule.path("labels").path("severity").asText();
  }

  /** {@code summary}, {@code description} or {@code runbook}. */
  String annotation(String kind) {
    return rule.path("annotations").path(kind).asText();
  }

  /** The command lines of the runbook that begin with {@code ramtide}, that word left out. */
  List<String> commands() {
    return annotation("runbook")
        .lines()
        .map(String::strip)
        .filter(line -> line.startsWith("ramtide "))
        .map(line -> line.substring("ramtide ".length()))
        .toList();
  }
}
