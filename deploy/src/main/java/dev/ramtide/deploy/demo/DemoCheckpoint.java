package dev.ramtide.deploy.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;

/**
 * A checkpoint as the agent told of it.
 *
 * @param start when its capture began
 * @param complete when Kafka had acknowledged all of it
 */
record DemoCheckpoint(
    long number,
    boolean keyframe,
    String mode,
    Instant start,
    Instant complete,
    double pauseMs,
    Pages pages) {
  /** Counts of pages. */
  record Pages(long scanned, long zero, long published, long publishedBytes) {}

  private static final ObjectMapper JSON = new ObjectMapper();

  /** Reads a line of {@code ramtide agent --json}. */
  static DemoCheckpoint parse(String line) throws IOException {
    JsonNode json = JSON.readTree(line);
    JsonNode pages = json.required("pages");
    return new DemoCheckpoint(
        json.required("checkpoint").asLong(),
        json.required("keyframe").asBoolean(),
        json.required("mode").asText(),
        Instant.parse(json.required("start").asText()),
        Instant.parse(json.required("complete").asText()),
        json.required("pauseMs").asDouble(),
        new Pages(
            pages.required("scanned").asLong(),
            pages.required("zero").asLong(),
            pages.required("published").asLong(),
            pages.required("publishedBytes").asLong()));
  }

  Duration took() {
    return Duration.between(start, complete);
  }

  void writeTo(ObjectNode json) {
    json.put("number", number).put("keyframe", keyframe).put("mode", mode).put("pauseMs", pauseMs);
    json.put("pagesScanned", pages.scanned).put("pagesPublished", pages.published);
    json.put("pagesZero", pages.zero).put("bytesPublished", pages.publishedBytes);
  }
}
