package dev.ramtide.sink.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ramtide.report.Printable;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** Checkpoints for people: a line for each, and a dash for what nobody knows. */
final class CheckpointTable {
  private static final String ROW = "%-10s  %-24s  %-8s  %-10s  %9s  %12s  %10s  %-14s  %s%n";
  private static final double MEBIBYTE = 1024 * 1024;

  private CheckpointTable() {}

  static void print(PrintWriter out, List<CheckpointList.Row> rows) {
    if (rows.isEmpty()) {
      out.println("no complete checkpoint yet");
      return;
    }
    out.printf(
        ROW, "CHECKPOINT", "TIME", "KIND", "MODE", "PAUSE", "PAGES SENT", "MIB", "FROM", "LABEL");
    rows.forEach(row -> print(out, row));
  }

  private static void print(PrintWriter out, CheckpointList.Row row) {
    ObjectNode json = row.asJson();
    out.printf(
        ROW,
        row.number(),
        shown(json, "/pause", JsonNode::asText),
        shown(json, "/keyframe", keyframe -> keyframe.asBoolean() ? "keyframe" : "delta"),
        shown(json, "/mode", JsonNode::asText),
        shown(json, "/pauseMs", ms -> decimal(ms.asDouble()) + " ms"),
        shown(json, "/pages/published", JsonNode::asText),
        shown(json, "/pages/publishedBytes", bytes -> decimal(bytes.asLong() / MEBIBYTE)),
        from(row),
        Printable.of(json.path("label").asText()));
  }

  private static String from(CheckpointList.Row row) {
    if (row.from().isEmpty()) {
      return "nothing";
    }
    return String.join(",", row.from()) + (row.ofAnotherLog() ? " of another log" : "");
  }

  private static String shown(ObjectNode json, String pointer, Function<JsonNode, String> how) {
    JsonNode value = json.at(pointer);
    return value.isMissingNode() ? "-" : Printable.of(how.apply(value));
  }

  private static String decimal(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }
}
