package dev.ramtide.deploy.top;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ramtide.report.Printable;
import java.net.URI;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What one process answered, or why it did not.
 *
 * @param place 1 for the first URL of the command line
 * @param status of {@code StatusJson.process}; missing when it told nothing at all
 * @param checkpoints by VM, the last ones of those that were asked for, oldest first
 */
record Answer(
    int place,
    URI url,
    JsonNode status,
    Map<String, List<JsonNode>> checkpoints,
    Optional<String> error) {
  Answer {
    checkpoints = Map.copyOf(checkpoints);
  }

  static Answer none(int place, URI url, String error) {
    return new Answer(place, url, MissingNode.getInstance(), Map.of(), Optional.of(error));
  }

  String role() {
    return Printable.of(status.path("role").asText("?"));
  }

  String host() {
    return Printable.of(status.path("host").asText());
  }

  /** When it answered, by its own clock. */
  Instant now() {
    return instant(status.path("now")).orElseGet(Instant::now);
  }

  static Optional<Instant> instant(JsonNode text) {
    try {
      return text.isTextual() ? Optional.of(Instant.parse(text.asText())) : Optional.empty();
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  List<VmView> vms() {
    List<VmView> vms = new ArrayList<>();
    for (JsonNode vm : status.path("vms")) {
      vms.add(new VmView(this, vm, checkpoints.getOrDefault(vm.path("vm").asText(), List.of())));
    }
    return vms;
  }

  /** One object: the status as it was answered, its place, and in each VM its last checkpoints. */
  ObjectNode json(ObjectNode empty) {
    ObjectNode json = status instanceof ObjectNode told ? told.deepCopy() : empty;
    json.put("url", url.toString());
    error.ifPresent(why -> json.put("error", why));
    for (JsonNode vm : json.path("vms")) {
      ArrayNode all = ((ObjectNode) vm).putArray("checkpoints");
      checkpoints.getOrDefault(vm.path("vm").asText(), List.of()).forEach(all::add);
    }
    return json;
  }
}
