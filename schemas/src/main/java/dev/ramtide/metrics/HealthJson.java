package dev.ramtide.metrics;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What a question for health is answered with. */
final class HealthJson {
  private static final ObjectMapper JSON = new ObjectMapper();

  private HealthJson() {}

  static byte[] of(String status, List<String> reasons) {
    ObjectNode json = JSON.createObjectNode();
    json.put("status", status);
    reasons.forEach(json.putArray("reasons")::add);
    return (json.toString() + "\n").getBytes(StandardCharsets.UTF_8);
  }
}
