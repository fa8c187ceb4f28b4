package dev.ramtide.deploy.top;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ramtide.report.Printable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** One VM with all its facts, as one process tells of it. */
final class VmLines {
  private VmLines() {}

  static List<String> of(VmView vm, String place) {
    List<String> lines = new ArrayList<>();
    lines.add(vm.name() + " at " + place + ": " + vm.state());
    vm.troubles().forEach(trouble -> lines.add("  ! " + trouble));
    if (vm.isOfSink()) {
      fact(lines, "Newest sealed", point(vm, "sealed"));
    }
    fact(lines, "Newest in Kafka", point(vm, "newest"));
    fact(lines, "Recovery point age", vm.ageSeconds().map(Words::age).orElse("-"));
    if (vm.isOfSink()) {
      String oldest = vm.oldest();
      fact(lines, "Oldest restorable", oldest.equals("-") ? "none" : "#" + oldest);
      fact(
          lines,
          "Behind",
          Words.several(vm.number("lagRecords"), "record")
              + ", "
              + Words.bytes(vm.number("lagBytes"))
              + "; "
              + Words.several(vm.number("partitions"), "partition")
              + " here");
      fact(lines, "Image", Words.bytes(vm.number("imageBytes")));
    }
    fact(lines, "RAM", Words.bytes(vm.number("ramBytes")));
    capture(lines, vm.json().path("capture"));
    // A line of its own, so that what is marked with the mouse is the command and nothing else.
    vm.restore().ifPresent(command -> lines.addAll(List.of("  Restore with", command)));
    return lines;
  }

  private static void fact(List<String> lines, String name, String value) {
    lines.add(String.format(Locale.ROOT, "  %-20s%s", name, value));
  }

  private static String point(VmView vm, String moment) {
    JsonNode one = vm.json().path(moment);
    return one.isObject() ? "#" + vm.numberOf(moment) + time(one, vm) : "none";
  }

  private static String time(JsonNode one, VmView vm) {
    return Answer.instant(one.path("pause"))
        .map(pause -> ", " + Words.time(pause, vm.now()) + " UTC")
        .orElse("");
  }

  private static void capture(List<String> lines, JsonNode capture) {
    if (capture.isObject()) {
      fact(
          lines,
          "Capture",
          "#"
              + VmView.numberOf(capture.path("checkpoint"))
              + ", "
              + Printable.of(capture.path("phase").asText())
              + ": "
              + Words.count(capture.path("deliveredPages").asLong())
              + " of "
              + Words.several(capture.path("totalPages").asLong(), "page"));
    }
  }

  /**
   * The last checkpoints, the newest first.
   *
   * @param columns of the terminal
   */
  static List<String> checkpoints(VmView vm, int columns) {
    TextTable table =
        new TextTable("rllrrrl", "CHECKPOINT", "TIME (UTC)", "MODE", "PAUSE", "SIZE", "PAGES", "");
    for (int index = vm.checkpoints().size() - 1; index >= 0; index--) {
      JsonNode one = vm.checkpoints().get(index);
      JsonNode pages = one.path("pages");
      table.row(
          VmView.numberOf(one.path("checkpoint")),
          Answer.instant(one.path("pause")).map(at -> Words.time(at, vm.now())).orElse("-"),
          Printable.of(one.path("mode").asText()),
          Words.pause(one.path("pauseMs").asDouble()),
          Words.bytes(pages.path("publishedBytes").asLong()),
          Words.count(pages.path("published").asLong()),
          remarks(one));
    }
    return table.lines(columns);
  }

  private static String remarks(JsonNode one) {
    List<String> remarks = new ArrayList<>();
    if (one.path("keyframe").asBoolean()) {
      remarks.add("keyframe");
    }
    if (one.path("sealed").asBoolean()) {
      remarks.add("sealed");
    }
    String label = Printable.of(one.path("label").asText(""));
    if (!label.isEmpty()) {
      remarks.add("'" + label + "'");
    }
    return String.join(", ", remarks);
  }
}
