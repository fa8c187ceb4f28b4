package dev.ramtide.deploy.watch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ramtide.deploy.embedded.FreePort;
import dev.ramtide.deploy.testbed.Needed;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A real Prometheus on loopback, which dies with the test. */
final class PrometheusServer implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final HttpClient client = HttpClient.newHttpClient();
  private final Process process;
  private final Path log;
  private final String uri;

  private PrometheusServer(Process process, Path log, String uri) {
    this.process = process;
    this.log = log;
    this.uri = uri;
  }

  /**
   * Returns when it answers.
   *
   * @param directory with its {@code prometheus.yml}; what it scrapes is stored there too
   */
  static PrometheusServer start(Path directory) throws Exception {
    String address = "127.0.0.1:" + FreePort.find();
    Path log = directory.resolve("prometheus.log");
    Process process =
        new ProcessBuilder(
                Needed.program("prometheus", "prometheus").toString(),
                "--config.file=" + directory.resolve("prometheus.yml"),
                "--storage.tsdb.path=" + directory.resolve("tsdb"),
                "--web.listen-address=" + address,
                "--web.enable-lifecycle")
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    PrometheusServer server = new PrometheusServer(process, log, "http://" + address);
    try {
      server.awaitReady();
    } catch (IOException | InterruptedException | RuntimeException e) {
      server.close();
      throw e;
    }
    return server;
  }

  private void awaitReady() throws IOException, InterruptedException {
    long deadlineNanos = System.nanoTime() + LIMIT.toNanos();
    while (!isReady()) {
      if (!process.isAlive() || System.nanoTime() > deadlineNanos) {
        throw new IOException("Prometheus did not start: " + Files.readString(log));
      }
      Thread.sleep(100);
    }
  }

  private boolean isReady() throws InterruptedException {
    try {
      return send(HttpRequest.newBuilder(URI.create(uri + "/-/ready")).build()).statusCode() == 200;
    } catch (IOException e) {
      return false; // It does not listen yet.
    }
  }

  /** Reads its configuration and rules again; returns when it has. */
  void reload() throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(uri + "/-/reload"))
            .POST(HttpRequest.BodyPublishers.noBody())
            .build();
    HttpResponse<String> answer = send(request);
    if (answer.statusCode() != 200) {
      throw new IOException(answer.body());
    }
  }

  /**
   * What a query gives now.
   *
   * @throws IOException Prometheus refuses it, with what it says
   */
  List<Sample> query(String promql) throws IOException, InterruptedException {
    List<Sample> samples = new ArrayList<>();
    for (JsonNode one : api("query?query=" + encoded(promql)).path("result")) {
      samples.add(
          new Sample(one.path("metric"), Double.parseDouble(one.path("value").path(1).asText())));
    }
    return samples;
  }

  record Sample(JsonNode labels, double value) {}

  /** What Grafana offers for a variable. */
  List<String> labelValues(String series, String label) throws IOException, InterruptedException {
    List<String> values = new ArrayList<>();
    api("label/" + label + "/values?match%5B%5D=" + encoded(series))
        .forEach(value -> values.add(value.asText()));
    return values;
  }

  /** An alert's rule as it stands: its state, health and alerts. */
  Optional<JsonNode> rule(String alert) throws IOException, InterruptedException {
    for (JsonNode group : api("rules?type=alert").path("groups")) {
      for (JsonNode rule : group.path("rules")) {
        if (rule.path("name").asText().equals(alert)) {
          return Optional.of(rule);
        }
      }
    }
    return Optional.empty();
  }

  private JsonNode api(String question) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        send(HttpRequest.newBuilder(URI.create(uri + "/api/v1/" + question)).build());
    JsonNode json = new ObjectMapper().readTree(answer.body());
    if (!json.path("status").asText().equals("success")) {
      throw new IOException(question + ": " + answer.body());
    }
    return json.path("data");
  }

  private HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
    return client.send(request, HttpResponse.BodyHandlers.ofString());
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
