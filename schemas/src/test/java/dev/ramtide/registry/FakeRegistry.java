package dev.ramtide.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.ramtide.time.MonotonicClock;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Answers as a registry does: ids from 1, one for a schema whatever its subject. Everything is
 * compatible unless it is told what to answer.
 */
public final class FakeRegistry implements AutoCloseable {
  /** For who must not remember for long what he was not told: each look is a minute later. */
  public static final MonotonicClock FORGETFUL =
      new MonotonicClock() {
        private final AtomicLong minutes = new AtomicLong();

        @Override
        public long nanoTime() {
          return Duration.ofMinutes(minutes.incrementAndGet()).toNanos();
        }

        @Override
        public void sleep(Duration time) {}
      };

  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpServer server;
  private final List<String> schemas = new ArrayList<>();
  private final Map<String, List<String>> subjects = new LinkedHashMap<>();
  private final List<String> requests = new ArrayList<>();
  private final List<Answer> next = new ArrayList<>();
  private String authorization = "";

  private record Answer(int status, String body) {}

  private FakeRegistry(HttpServer server) {
    this.server = server;
  }

  public static FakeRegistry start() throws IOException {
    return started(
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
  }

  static FakeRegistry started(HttpServer server) {
    FakeRegistry registry = new FakeRegistry(server);
    server.createContext("/", registry::handle);
    server.start();
    return registry;
  }

  int port() {
    return server.getAddress().getPort();
  }

  public String url() {
    return "http://127.0.0.1:" + port();
  }

  /** Client properties that lead here, without patience. */
  public Properties properties() {
    Properties properties = new Properties();
    properties.setProperty("schema.registry.url", url());
    properties.setProperty("max.retries", "0");
    return properties;
  }

  /** The next request is answered so, whatever it is. */
  public synchronized void answerNext(int status, String body) {
    next.add(new Answer(status, body));
  }

  /** The next request is sent on to somewhere else. */
  public synchronized void redirectNext(String location) {
    next.add(new Answer(302, location));
  }

  /** Puts a schema in, as somebody else does. */
  public synchronized int register(String subject, String schema) {
    List<String> versions = subjects.computeIfAbsent(subject, name -> new ArrayList<>());
    if (!versions.contains(schema)) {
      versions.add(schema);
    }
    if (!schemas.contains(schema)) {
      schemas.add(schema);
    }
    return 1 + schemas.indexOf(schema);
  }

  /** Method and path of what was asked. */
  public synchronized List<String> requests() {
    return List.copyOf(requests);
  }

  public synchronized List<String> subjects() {
    return List.copyOf(subjects.keySet());
  }

  /** Of the last request. */
  synchronized String authorization() {
    return authorization;
  }

  private void handle(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    Answer answer;
    synchronized (this) {
      requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
      @Nullable String sent = exchange.getRequestHeaders().getFirst("Authorization");
      authorization = Optional.ofNullable(sent).orElse("");
      answer = next.isEmpty() ? answer(exchange, body) : next.remove(0);
    }
    if (answer.status() == 302) {
      exchange.getResponseHeaders().set("Location", answer.body());
    }
    byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(answer.status(), bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private Answer answer(HttpExchange exchange, byte[] body) throws IOException {
    String[] path = exchange.getRequestURI().getPath().split("/");
    if (path.length == 4 && path[1].equals("schemas")) {
      int id = Integer.parseInt(path[3]);
      return id < 1 || id > schemas.size()
          ? refusal(404, 40403, "Schema not found")
          : new Answer(200, JSON.createObjectNode().put("schema", schemas.get(id - 1)).toString());
    }
    JsonNode request = JSON.readTree(body);
    String schema = request.get("schema").asText();
    if (path.length == 4) {
      return new Answer(200, "{\"id\":" + register(path[2], schema) + "}");
    }
    if (!subjects.containsKey(path[2])) {
      return refusal(404, 40401, "Subject not found");
    }
    return subjects.get(path[2]).contains(schema)
        ? new Answer(200, "{\"id\":" + (1 + schemas.indexOf(schema)) + "}")
        : refusal(404, 40403, "Schema not found");
  }

  private static Answer refusal(int status, int code, String message) {
    return new Answer(
        status, JSON.createObjectNode().put("error_code", code).put("message", message).toString());
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
