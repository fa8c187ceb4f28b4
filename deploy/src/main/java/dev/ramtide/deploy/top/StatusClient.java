package dev.ramtide.deploy.top;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.ramtide.http.LimitedBody;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Asks agents and sinks for what their status pages show. Any thread. */
final class StatusClient {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final int HTTP_OK = 200;
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Some kilobytes for each VM or checkpoint. */
  private static final int MOST_BYTES = 16 << 20;

  private final Duration patience;
  private final HttpClient http;

  StatusClient() {
    this(PATIENCE);
  }

  /**
   * @param patience for the whole of an answer
   */
  StatusClient(Duration patience) {
    this.patience = patience;
    this.http = HttpClient.newBuilder().connectTimeout(patience).build();
  }

  /**
   * How a process and its VMs stand.
   *
   * @param base where it serves, such as {@code http://127.0.0.1:9404}
   * @param only the VM to keep, if not all
   * @throws IOException it does not answer, or not as one of ours; the message says what to do
   */
  ObjectNode status(URI base, Optional<String> only) throws IOException, InterruptedException {
    JsonNode answer = ask(base, "status");
    if (!(answer instanceof ObjectNode status) || !(answer.path("vms") instanceof ArrayNode vms)) {
      throw new IOException(base + " is no agent or sink: its answer is none of theirs");
    }
    for (int index = vms.size() - 1; index >= 0; index--) {
      boolean kept =
          vms.get(index).isObject()
              && (only.isEmpty() || only.get().equals(vms.get(index).path("vm").asText()));
      if (!kept) {
        vms.remove(index);
      }
    }
    return status;
  }

  /** The last checkpoints of a VM, oldest first. */
  List<JsonNode> checkpoints(URI base, String vm, int last)
      throws IOException, InterruptedException {
    String name = URLEncoder.encode(vm, StandardCharsets.UTF_8);
    List<JsonNode> checkpoints = new ArrayList<>();
    ask(base, "vms/" + name + "/checkpoints?last=" + last)
        .path("checkpoints")
        .forEach(checkpoints::add);
    return checkpoints;
  }

  private JsonNode ask(URI base, String what) throws IOException, InterruptedException {
    HttpResponse<byte[]> answer = answer(base, what);
    if (answer.statusCode() != HTTP_OK) {
      throw new IOException(
          base + " is no agent or sink: it answered with status " + answer.statusCode());
    }
    try {
      return JSON.readTree(answer.body());
    } catch (JsonProcessingException e) {
      throw new IOException(base + " is no agent or sink: its answer is no JSON", e);
    }
  }

  private HttpResponse<byte[]> answer(URI base, String what)
      throws IOException, InterruptedException {
    URI place = URI.create(base.toString().replaceAll("/+$", "") + "/api/" + what);
    CompletableFuture<HttpResponse<byte[]>> asked = new CompletableFuture<>();
    try {
      asked =
          http.sendAsync(
              HttpRequest.newBuilder(place).build(), headers -> new LimitedBody(MOST_BYTES));
      // A request's own timeout ends with the headers; a body may never come.
      return asked.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (IllegalArgumentException | ExecutionException | TimeoutException e) {
      if (e.getCause() instanceof LimitedBody.TooLargeException) {
        throw new IOException(base + " is no agent or sink: its answer is too large", e);
      }
      throw new IOException(
          base + " does not answer: is an agent or sink running there with --metrics-port?", e);
    } finally {
      asked.cancel(true);
    }
  }
}
