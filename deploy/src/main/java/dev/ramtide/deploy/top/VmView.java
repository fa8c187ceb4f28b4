package dev.ramtide.deploy.top;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ramtide.report.Printable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One VM as one process tells of it.
 *
 * @param json of {@code StatusJson.vm}; a fact that is missing is none
 * @param checkpoints the last ones, oldest first; empty where they were not asked for
 */
record VmView(Answer process, JsonNode json, List<JsonNode> checkpoints) {
  VmView {
    checkpoints = List.copyOf(checkpoints);
  }

  String name() {
    return Printable.of(json.path("vm").asText());
  }

  boolean isOfSink() {
    return process.role().equals("sink");
  }

  boolean hasFailed() {
    return json.path("state").asText().equals("failed");
  }

  String state() {
    String state = Printable.of(json.path("state").asText());
    JsonNode capture = json.path("capture");
    long total = capture.path("totalPages").asLong();
    return total <= 0 ? state : state + " " + percent(capture, total) + " %";
  }

  private static long percent(JsonNode capture, long total) {
    return Math.min(100, 100 * capture.path("deliveredPages").asLong() / total);
  }

  /** A checkpoint's number as text, or a dash: {@code newest} or {@code sealed}. */
  String numberOf(String moment) {
    return numberOf(json.path(moment).path("checkpoint"));
  }

  /** A text is no number: it could hold what a terminal obeys. */
  static String numberOf(JsonNode checkpoint) {
    return checkpoint.isNumber() ? checkpoint.asText() : "-";
  }

  String oldest() {
    return numberOf(json.path("oldestRestorable"));
  }

  /** The checkpoint that the VM can be restored to, as the status page has it. */
  Optional<JsonNode> restorable() {
    JsonNode sealed = json.path("sealed");
    JsonNode newest = json.path("newest");
    JsonNode point = isOfSink() && sealed.isObject() ? sealed : newest;
    boolean can = point.isObject() && (!isOfSink() || json.path("restore").isTextual());
    return can ? Optional.of(point) : Optional.empty();
  }

  /** How old that moment was when the process answered. */
  Optional<Double> ageSeconds() {
    JsonNode told = json.path("recoveryPointAgeSeconds");
    if (told.isNumber()) {
      return Optional.of(told.asDouble());
    }
    return restorable()
        .flatMap(point -> Answer.instant(point.path("pause")))
        .map(moment -> (process.now().toEpochMilli() - moment.toEpochMilli()) / 1000.0);
  }

  Instant now() {
    return process.now();
  }

  long number(String fact) {
    return json.path(fact).asLong();
  }

  Optional<String> restore() {
    JsonNode command = json.path("restore");
    return command.isTextual() ? Optional.of(Printable.of(command.asText())) : Optional.empty();
  }

  /** What is wrong, in words. */
  List<String> troubles() {
    List<String> troubles = new ArrayList<>();
    if (json.path("reason").isTextual()) {
      troubles.add(Printable.of(json.path("reason").asText()));
    }
    if (number("lockWaits") > 0) {
      troubles.add("waits for " + Words.several(number("lockWaits"), "lock") + " of another sink");
    }
    return troubles;
  }
}
