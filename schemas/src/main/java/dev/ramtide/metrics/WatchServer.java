package dev.ramtide.metrics;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP server of a process, read-only:
 *
 * <pre>
 *   /metrics        Prometheus' text format; OpenMetrics when the asker accepts it
 *   /health/live    200 {"status":"up","reasons":[]}, or 503 "down" with the reasons
 *   /health/ready   the same
 *   /...            pages that were added
 * </pre>
 *
 * <p>A request that fails is answered with 500 and harms nobody. Any thread.
 */
public final class WatchServer implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(WatchServer.class);

  /** A scrape and some people; who comes then waits in the system's queue. */
  private static final int THREADS = 4;

  /** Nothing is loaded from elsewhere, no script stands in a page, and no other page frames it. */
  private static final String CONTENT_POLICY =
      "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  /** A name or address that nobody else can have lead to here, with or without a port. */
  private static final Pattern LOCAL =
      Pattern.compile("(?i)(localhost|127(\\.\\d{1,3}){3}|\\[[0-9a-f:.]+])(:\\d{1,5})?");

  static {
    // Read once by the JDK's server, which by itself waits for ever: a few half requests would keep
    // all threads, and a supervisor would end a process that is well.
    System.setProperty("sun.net.httpserver.maxReqTime", "5");
    System.setProperty("sun.net.httpserver.maxRspTime", "30");
    System.setProperty("jdk.httpserver.maxConnections", "100");
  }

  private final HttpServer server;
  private final ExecutorService threads;

  private WatchServer(HttpServer server) {
    this.server = server;
    this.threads = Executors.newFixedThreadPool(THREADS, WatchServer::thread);
    server.setExecutor(threads);
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "watch-server");
    thread.setDaemon(true);
    return thread;
  }

  /**
   * Serves metrics and health from now on.
   *
   * @param address where; port 0 takes a free one
   * @throws IOException it cannot listen there; the message says what to do
   */
  public static WatchServer start(InetSocketAddress address, Metrics metrics, Health health)
      throws IOException {
    HttpServer server;
    try {
      server = HttpServer.create(address, 0);
    } catch (IOException e) {
      String place = address.getHostString() + ":" + address.getPort();
      throw new IOException(
          "cannot serve metrics at "
              + place
              + " ("
              + e.getMessage()
              + "): give another --metrics-port,"
              + " or 0 for any that is free",
          e);
    }
    WatchServer watch = new WatchServer(server);
    server.createContext("/metrics", exact(exchange -> scrape(metrics, exchange)));
    server.createContext("/health/live", exact(exchange -> health(health::notLive)));
    server.createContext("/health/ready", exact(exchange -> health(health::notReady)));
    server.start();
    return watch;
  }

  /**
   * Serves a page too.
   *
   * @param path such as {@code /} or {@code /api/}; the longest one that fits a request answers it
   */
  public void serve(String path, WatchPage page) {
    server.createContext(
        path,
        answered(
            exchange -> {
              String rest = exchange.getRequestURI().getPath().substring(path.length());
              Query query = Query.parse(exchange.getRequestURI().getRawQuery());
              return page.get(rest, query).map(Answer::ok);
            }));
  }

  /** Where it answers, such as {@code http://127.0.0.1:9404}. */
  public String uri() {
    InetSocketAddress bound = server.getAddress();
    String host = bound.getAddress().getHostAddress();
    return "http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + bound.getPort();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdown();
  }

  private record Answer(int status, WatchPage.Content content) {
    static Answer ok(WatchPage.Content content) {
      return new Answer(200, content);
    }

    static Answer text(int status, String text) {
      return new Answer(
          status,
          new WatchPage.Content(
              "text/plain; charset=utf-8", (text + "\n").getBytes(StandardCharsets.UTF_8)));
    }
  }

  private interface Answerer {
    /** Empty: there is no such thing. */
    Optional<Answer> answer(HttpExchange exchange) throws IOException;
  }

  private static HttpHandler exact(Answerer answerer) {
    return answered(
        exchange ->
            exchange.getRequestURI().getPath().equals(exchange.getHttpContext().getPath())
                ? answerer.answer(exchange)
                : Optional.empty());
  }

  private static HttpHandler answered(Answerer answerer) {
    return exchange -> {
      try (exchange) {
        send(exchange, answerOf(exchange, answerer));
      }
    };
  }

  private static Answer answerOf(HttpExchange exchange, Answerer answerer) {
    if (!List.of("GET", "HEAD").contains(exchange.getRequestMethod())) {
      return Answer.text(405, "only GET: nothing can be changed here");
    }
    if (exchange.getLocalAddress().getAddress().isLoopbackAddress() && !isAskedAsLocal(exchange)) {
      return Answer.text(
          403, "asked under a name that is not this host's: use localhost or 127.0.0.1");
    }
    try {
      return answerer.answer(exchange).orElseGet(() -> Answer.text(404, "there is no such page"));
    } catch (IllegalArgumentException e) {
      return Answer.text(400, String.valueOf(e.getMessage()));
    } catch (IOException | RuntimeException e) {
      LOG.atWarn()
          .addKeyValue("path", exchange.getRequestURI().getPath())
          .addKeyValue("reason", String.valueOf(e))
          .log("a question by HTTP could not be answered");
      return Answer.text(500, "this could not be answered: " + e.getMessage());
    }
  }

  /**
   * Whether a person's browser meant this host. A page of somebody else's could have its own name
   * lead here (DNS rebinding) and read what it is told as its own.
   */
  private static boolean isAskedAsLocal(HttpExchange exchange) {
    String host = exchange.getRequestHeaders().getFirst("Host");
    return host == null || LOCAL.matcher(host).matches();
  }

  private static void send(HttpExchange exchange, Answer answer) throws IOException {
    byte[] bytes = answer.content().bytes();
    boolean head = exchange.getRequestMethod().equals("HEAD");
    exchange.getResponseHeaders().set("Content-Type", answer.content().type());
    exchange.getResponseHeaders().set("Cache-Control", "no-store");
    exchange.getResponseHeaders().set("Content-Security-Policy", CONTENT_POLICY);
    exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
    exchange.getResponseHeaders().set("Referrer-Policy", "no-referrer");
    if (answer.status() == 405) {
      exchange.getResponseHeaders().set("Allow", "GET, HEAD");
    }
    exchange.sendResponseHeaders(answer.status(), head || bytes.length == 0 ? -1 : bytes.length);
    if (!head) {
      exchange.getResponseBody().write(bytes);
    }
  }

  private static Optional<Answer> scrape(Metrics metrics, HttpExchange exchange) {
    String accept = exchange.getRequestHeaders().getFirst("Accept");
    byte[] text = metrics.scrape(accept).getBytes(StandardCharsets.UTF_8);
    return Optional.of(Answer.ok(new WatchPage.Content(Metrics.contentType(accept), text)));
  }

  private static Optional<Answer> health(Supplier<List<String>> wrong) {
    List<String> reasons = wrong.get();
    String status = reasons.isEmpty() ? "up" : "down";
    byte[] json = HealthJson.of(status, reasons);
    return Optional.of(
        new Answer(
            reasons.isEmpty() ? 200 : 503, new WatchPage.Content(WatchPage.Content.JSON, json)));
  }
}
