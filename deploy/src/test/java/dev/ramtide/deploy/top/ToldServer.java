package dev.ramtide.deploy.top;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** A process that answers what it was told to; everything else with 404. */
final class ToldServer implements AutoCloseable {
  private final HttpServer server;
  private final Map<String, String> answers = new ConcurrentHashMap<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();

  private ToldServer(HttpServer server) {
    this.server = server;
  }

  static ToldServer start() throws IOException {
    HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    ToldServer told = new ToldServer(server);
    server.createContext("/", told::answer);
    server.createContext("/stalls/", ToldServer::stall);
    server.createContext("/flows/", ToldServer::flow);
    server.start();
    return told;
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  void tells(String path, String answer) {
    answers.put(path, answer);
  }

  /** Paths with their queries, in order. */
  List<String> asked() {
    return asked;
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      asked.add(exchange.getRequestURI().toString());
      String answer = answers.get(exchange.getRequestURI().getPath());
      byte[] bytes = String.valueOf(answer).getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(answer == null ? 404 : 200, bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  /** The headers and the beginning of a body, whose end does not come. */
  private static void stall(HttpExchange exchange) throws IOException {
    exchange.sendResponseHeaders(200, 100);
    exchange.getResponseBody().write('{');
    exchange.getResponseBody().flush();
  }

  /** Until nobody takes it any more. */
  private static void flow(HttpExchange exchange) throws IOException {
    exchange.sendResponseHeaders(200, 0);
    try (exchange) {
      while (true) {
        exchange.getResponseBody().write(new byte[1 << 16]);
      }
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
