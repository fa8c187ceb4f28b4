package dev.ramtide.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WatchServerTest {
  private final HttpClient client = HttpClient.newHttpClient();
  private final Metrics metrics = new Metrics();
  private List<String> notLive = List.of();
  private List<String> notReady = List.of();
  private WatchServer server;

  private final class Told implements Health {
    @Override
    public List<String> notLive() {
      return notLive;
    }

    @Override
    public List<String> notReady() {
      return notReady;
    }
  }

  @BeforeEach
  void start() throws IOException {
    server = WatchServer.start(new InetSocketAddress("127.0.0.1", 0), metrics, new Told());
    server.serve("/api/", WatchServerTest::echo);
  }

  private static Optional<WatchPage.Content> echo(String path, Query query) throws IOException {
    if (path.equals("disk")) {
      throw new IOException("the disk is gone");
    } else if (path.equals("bug")) {
      throw new IllegalStateException("a bug");
    } else if (path.equals("none")) {
      return Optional.empty();
    }
    String text = path + " " + query.number("n", 0, 9).orElse(-1);
    return Optional.of(new WatchPage.Content("text/plain", text.getBytes(StandardCharsets.UTF_8)));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private HttpResponse<String> get(String path) throws Exception {
    return send(HttpRequest.newBuilder(URI.create(server.uri() + path)).build());
  }

  private HttpResponse<String> send(HttpRequest request) throws Exception {
    return client.send(request, HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void metricsAreServed() throws Exception {
    metrics.add(Metric.SINK_SEALS, 2, "web-1");
    HttpResponse<String> answer = get("/metrics");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type"))
        .hasValue("text/plain; version=0.0.4; charset=utf-8");
    assertThat(answer.body())
        .contains("ramtide_sink_seals_total{vm=\"web-1\"} 2.0", "jvm_memory_used_bytes");
  }

  @Test
  void healthIsUpOrDownWithTheReasons() throws Exception {
    assertThat(get("/health/ready").body()).isEqualTo("{\"status\":\"up\",\"reasons\":[]}\n");
    notReady = List.of("web-1: disk \"full\"");
    HttpResponse<String> answer = get("/health/ready");
    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.body())
        .isEqualTo("{\"status\":\"down\",\"reasons\":[\"web-1: disk \\\"full\\\"\"]}\n");
    assertThat(get("/health/live").statusCode()).isEqualTo(200);
    notLive = List.of("it ended");
    assertThat(get("/health/live").statusCode()).isEqualTo(503);
  }

  @Test
  void aPageGetsWhatFollowsItsPathAndTheQuery() throws Exception {
    assertThat(get("/api/vms/web-1?n=3").body()).isEqualTo("vms/web-1 3");
    HttpResponse<String> wrong = get("/api/x?n=10");
    assertThat(wrong.statusCode()).isEqualTo(400);
    assertThat(wrong.body()).contains("n=10: give a whole number from 0 to 9");
  }

  @Test
  void whatIsNotThereIsNotFound() throws Exception {
    for (String path : List.of("/", "/metrics/x", "/metricsx", "/health", "/api/none")) {
      assertThat(get(path).statusCode()).as(path).isEqualTo(404);
    }
  }

  @Test
  void aFailureOfAPageIsAnAnswerAndTheServerGoesOn() throws Exception {
    assertThat(get("/api/disk").statusCode()).isEqualTo(500);
    assertThat(get("/api/disk").body()).contains("the disk is gone");
    assertThat(get("/api/bug").statusCode()).isEqualTo(500);
    assertThat(get("/metrics").statusCode()).isEqualTo(200);
  }

  @Test
  void nothingCanBeChanged() throws Exception {
    HttpResponse<String> answer =
        send(
            HttpRequest.newBuilder(URI.create(server.uri() + "/api/x"))
                .POST(HttpRequest.BodyPublishers.ofString("x"))
                .build());
    assertThat(answer.statusCode()).isEqualTo(405);
    assertThat(answer.headers().firstValue("Allow")).hasValue("GET, HEAD");
  }

  /** A client that can be told to lie about the name; Java's own cannot. */
  private String statusLine(String host) throws IOException {
    URI uri = URI.create(server.uri());
    try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
      String request = "GET /metrics HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      byte[] answer = socket.getInputStream().readAllBytes();
      return new String(answer, StandardCharsets.US_ASCII).lines().findFirst().orElse("");
    }
  }

  @Test
  void whoAsksThisHostUnderAnothersNameIsRefused() throws Exception {
    for (String local : List.of("localhost", "127.0.0.1:9404", "LOCALHOST:1", "[::1]:9404")) {
      assertThat(statusLine(local)).as(local).contains(" 200 ");
    }
    for (String other :
        List.of("evil.example:9404", "localhost.evil.example", "127.0.0.1.evil.example")) {
      assertThat(statusLine(other)).as(other).contains(" 403 ");
    }
  }

  /** As many half requests as there are threads, and one more. */
  @Test
  void whoBeginsARequestAndSaysNoMoreDoesNotKeepOthersOut() throws Exception {
    List<Socket> silent = new ArrayList<>();
    URI uri = URI.create(server.uri());
    for (int i = 0; i < 5; i++) {
      Socket socket = new Socket(uri.getHost(), uri.getPort());
      silent.add(socket);
      socket.getOutputStream().write("GET /met".getBytes(StandardCharsets.US_ASCII));
    }
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(server.uri() + "/health/live"))
            .timeout(Duration.ofSeconds(30))
            .build();
    assertThat(send(request).statusCode()).isEqualTo(200);
    for (Socket socket : silent) {
      socket.close();
    }
  }

  @Test
  void aHeadHasNoBody() throws Exception {
    HttpResponse<String> answer =
        send(
            HttpRequest.newBuilder(URI.create(server.uri() + "/metrics"))
                .method("HEAD", HttpRequest.BodyPublishers.noBody())
                .build());
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEmpty();
  }

  @Test
  void nothingIsLoadedFromElsewhereOrKept() throws Exception {
    assertThat(get("/api/x").headers().map())
        .containsEntry("cache-control", List.of("no-store"))
        .containsEntry("x-content-type-options", List.of("nosniff"))
        .hasEntrySatisfying(
            "content-security-policy",
            policy -> assertThat(policy.get(0)).startsWith("default-src 'self';"));
  }

  @Test
  void aPortThatIsTakenIsSaidWithARemedy() {
    InetSocketAddress taken =
        new InetSocketAddress("127.0.0.1", URI.create(server.uri()).getPort());
    assertThatIOException()
        .isThrownBy(() -> WatchServer.start(taken, metrics, new Told()))
        .withMessageContaining("127.0.0.1:" + taken.getPort())
        .withMessageContaining("give another --metrics-port");
  }
}
