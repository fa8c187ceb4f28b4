package dev.ramtide.deploy.top;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/** Asks one agent or sink for what its status page shows. */
final class StatusClient {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final int HTTP_OK = 200;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http = HttpClient.newBuilder().connectTimeout(PATIENCE).build();

  /**
   * @param base where it serves, such as {@code http://127.0.0.1:9404}
   * @throws IOException it does not answer, or not as one of ours; the message says what to do
   */
  JsonNode ask(URI base) throws IOException, InterruptedException {
    URI status = URI.create(base.toString().replaceAll("/+$", "") + "/api/status");
    HttpResponse<String> answer;
    try {
      answer =
          http.send(
              HttpRequest.newBuilder(status).timeout(PATIENCE).build(),
              HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new IOException(
          base + " does not answer: is an agent or sink running there with --metrics-port?", e);
    }
    try {
      JsonNode json = JSON.readTree(answer.body());
      if (answer.statusCode() == HTTP_OK && json.path("vms").isArray()) {
        return json;
      }
    } catch (JsonProcessingException e) {
      // said below
    }
    throw new IOException(
        base + " is no agent or sink: it answered with status " + answer.statusCode());
  }
}
