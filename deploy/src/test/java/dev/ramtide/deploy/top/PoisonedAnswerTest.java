package dev.ramtide.deploy.top;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A terminal obeys nothing that a process answers, in whichever place of its answer it stands. */
class PoisonedAnswerTest {
  private static final JsonNode POISON = TextNode.valueOf("\u001b[2J\u202eyes");
  private static final String STATUS =
      """
      {"role":"%s","host":"host-7","now":"2026-01-01T00:01:20Z","vms":[
       {"vm":"web-1","state":"failed","reason":"full","newest":{"checkpoint":12,"pause":"2026-01-01T00:01:15Z"},
        "sealed":{"checkpoint":11,"pause":"2026-01-01T00:00:05Z"},"recoveryPointAgeSeconds":75.25,"oldestRestorable":3,
        "lagRecords":1204,"lagBytes":1048576,"partitions":8,"lockWaits":1,"imageBytes":1572864,"ramBytes":134217728,
        "restore":"ramtide restore --vm web-1","capture":{"checkpoint":13,"phase":"transfer","deliveredPages":25,
        "totalPages":100}}],"checkpoints":[
       {"checkpoint":11,"keyframe":true,"label":"before","mode":"live","pause":"2026-01-01T00:00:05Z","pauseMs":8.13,
        "pages":{"published":1300,"publishedBytes":5324800},"sealed":true}]}
      """;

  @ParameterizedTest
  @ValueSource(strings = {"agent", "sink"})
  void noTerminalObeysIt(String role) throws Exception {
    JsonNode whole = new ObjectMapper().readTree(STATUS.formatted(role));
    List<Consumer<JsonNode>> poisons = new ArrayList<>();
    everyPlace(whole, "", poisons);
    assertThat(poisons).hasSizeGreaterThan(30);
    for (Consumer<JsonNode> poison : poisons) {
      JsonNode poisoned = whole.deepCopy();
      poison.accept(poisoned);
      for (String line : shown(poisoned, 1)) {
        assertThat(line).as("%s", poisoned).doesNotContain("\u001b", "\u202e");
      }
      for (String line : shown(poisoned, 2)) {
        assertThat(line).as("%s", poisoned).doesNotContain("\u001b", "\u202e");
      }
    }
  }

  private static void everyPlace(JsonNode node, String at, List<Consumer<JsonNode>> poisons) {
    if (node instanceof ObjectNode object) {
      object
          .fieldNames()
          .forEachRemaining(
              name -> {
                poisons.add(whole -> ((ObjectNode) whole.at(at)).set(name, POISON));
                everyPlace(object.get(name), at + "/" + name, poisons);
              });
    } else if (node instanceof ArrayNode array) {
      for (int index = 0; index < array.size(); index++) {
        everyPlace(array.get(index), at + "/" + index, poisons);
      }
    }
  }

  /** One VM is shown whole, several in a line each. */
  private static List<String> shown(JsonNode process, int vms) {
    ObjectNode status = process.deepCopy();
    List<JsonNode> checkpoints = new ArrayList<>();
    status.path("checkpoints").forEach(checkpoints::add);
    if (vms > 1 && status.path("vms") instanceof ArrayNode all) {
      all.add(((ObjectNode) all.get(0)).deepCopy().put("vm", "web-2"));
    }
    Answer answer =
        new Answer(
            1,
            URI.create("http://127.0.0.1:1"),
            status,
            Map.of(status.at("/vms/0/vm").asText("-"), checkpoints),
            Optional.empty());
    return View.of(List.of(answer), 80);
  }
}
