package dev.ramtide.deploy.top;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ramtide.report.Printable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The answers of some processes as lines of text: a line for each VM, and below it the reason where
 * something is wrong.
 */
final class StatusTable {
  private static final String ROW = "%-6s %-20s %-9s %10s %10s %9s %10s %10s  %s";
  private static final double MEBIBYTE = 1 << 20;

  private StatusTable() {}

  static String head() {
    return String.format(
            Locale.ROOT, ROW, "ROLE", "VM", "STATE", "NEWEST", "SEALED", "AGE", "LAG", "RAM", "AT")
        .strip();
  }

  /** Lines about one process. */
  static List<String> rows(String place, JsonNode process) {
    List<String> lines = new ArrayList<>();
    for (JsonNode vm : process.path("vms")) {
      lines.add(row(place, process.path("role").asText(), vm));
      if (vm.path("reason").isTextual()) {
        lines.add("       " + Printable.of(vm.path("reason").asText()));
      }
    }
    if (lines.isEmpty()) {
      lines.add(process.path("role").asText() + " at " + place + ": no VM yet");
    }
    return lines;
  }

  private static String row(String place, String role, JsonNode vm) {
    return String.format(
            Locale.ROOT,
            ROW,
            Printable.of(role),
            Printable.of(vm.path("vm").asText()),
            state(vm),
            number(vm.path("newest")),
            number(vm.path("sealed")),
            age(vm.path("recoveryPointAgeSeconds")),
            mebibytes(vm.path("lagBytes")),
            mebibytes(vm.path("ramBytes")),
            place)
        .strip();
  }

  private static String state(JsonNode vm) {
    JsonNode capture = vm.path("capture");
    long total = capture.path("totalPages").asLong();
    return total > 0
        ? Math.min(100, 100 * capture.path("deliveredPages").asLong() / total) + " %"
        : Printable.of(vm.path("state").asText());
  }

  private static String number(JsonNode moment) {
    return moment.isObject() ? moment.path("checkpoint").asText() : "-";
  }

  private static String age(JsonNode seconds) {
    return seconds.isNumber() ? String.format(Locale.ROOT, "%.1f s", seconds.asDouble()) : "-";
  }

  private static String mebibytes(JsonNode bytes) {
    return String.format(Locale.ROOT, "%,.1f MiB", bytes.asDouble() / MEBIBYTE);
  }
}
