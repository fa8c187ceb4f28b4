package dev.ramtide.deploy.watch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ramtide.deploy.testbed.Needed;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;

/**
 * A headless Chromium, driven by chromedriver over the W3C WebDriver protocol. The protocol is a
 * dozen HTTP requests with JSON, and the JDK has the client; selenium-java would bring some thirty
 * jars and a binary of its own that looks for browsers to download.
 *
 * <p>One thread. Closing it ends chromedriver and Chromium.
 */
final class Browser implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Pattern PORT = Pattern.compile("started successfully on port (\\d+)");

  private final HttpClient http = HttpClient.newHttpClient();
  private final Process driver;
  private final String session;

  private Browser(Process driver, String base) throws IOException, InterruptedException {
    this.driver = driver;
    JsonNode made = send("POST", base + "/session", capabilities());
    this.session = base + "/session/" + made.get("sessionId").asText();
  }

  /**
   * Starts a browser with a profile of its own; skips the test where there is none.
   *
   * @param directory for what chromedriver says
   */
  static Browser start(Path directory) throws IOException, InterruptedException {
    Needed.program("chromium");
    Path chromedriver = Needed.program("chromedriver");
    Path log = Files.createTempFile(directory, "chromedriver-", ".log");
    Process driver =
        new ProcessBuilder(chromedriver.toString(), "--port=0")
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      return new Browser(driver, "http://127.0.0.1:" + portIn(log, driver));
    } catch (IOException | InterruptedException | RuntimeException e) {
      end(driver);
      throw e;
    }
  }

  private static String portIn(Path log, Process driver) throws IOException {
    long end = System.nanoTime() + LIMIT.toNanos();
    while (System.nanoTime() < end && driver.isAlive()) {
      Matcher said = PORT.matcher(Files.readString(log));
      if (said.find()) {
        return said.group(1);
      }
      LockSupport.parkNanos(20_000_000);
    }
    throw new IOException("chromedriver did not start: " + Files.readString(log));
  }

  /** Root has no sandbox, and a container little shared memory. It must not go to its maker. */
  private static Map<String, Object> capabilities() {
    List<String> args =
        List.of(
            "--headless=new",
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-component-update",
            "--no-first-run",
            "--no-proxy-server",
            "--hide-scrollbars");
    return Map.of(
        "capabilities",
        Map.of(
            "alwaysMatch",
            Map.of(
                "browserName",
                "chrome",
                "goog:chromeOptions",
                Map.of("args", args),
                "goog:loggingPrefs",
                Map.of("browser", "ALL", "performance", "ALL"))));
  }

  static JsonNode json(String text) throws IOException {
    return JSON.readTree(text);
  }

  void open(String uri) throws IOException, InterruptedException {
    post("/url", Map.of("url", uri));
  }

  /** Runs the body of a function and returns what it returns. */
  JsonNode script(String body, Object... args) throws IOException, InterruptedException {
    return post("/execute/sync", Map.of("script", body, "args", List.of(args)));
  }

  /** What a person reads in the element; empty when there is none. */
  String visibleText(String selector) throws IOException, InterruptedException {
    JsonNode text =
        script("return document.querySelector(arguments[0])?.innerText ?? null;", selector);
    return text.isNull() ? "" : text.asText();
  }

  /** Presses keys one after another, as the keyboard would: TAB, ENTER, or a character. */
  void press(String... keys) throws IOException, InterruptedException {
    List<Map<String, Object>> actions = new ArrayList<>();
    for (String key : keys) {
      String value = KEYS.getOrDefault(key, key);
      actions.add(Map.of("type", "keyDown", "value", value));
      actions.add(Map.of("type", "keyUp", "value", value));
    }
    post(
        "/actions",
        Map.of("actions", List.of(Map.of("type", "key", "id", "keys", "actions", actions))));
  }

  private static final Map<String, String> KEYS =
      Map.of(
          "TAB", "\uE004",
          "ENTER", "\uE007",
          "LEFT", "\uE012",
          "UP", "\uE013",
          "RIGHT", "\uE014",
          "DOWN", "\uE015",
          "HOME", "\uE011",
          "END", "\uE010");

  /** Moves the pointer to a place in the window, without pressing anything. */
  void pointAt(int x, int y) throws IOException, InterruptedException {
    Map<String, Object> move =
        Map.of("type", "pointerMove", "duration", 0, "x", x, "y", y, "origin", "viewport");
    post("/actions", pointer(List.of(move)));
  }

  void clickAt(int x, int y) throws IOException, InterruptedException {
    Map<String, Object> move =
        Map.of("type", "pointerMove", "duration", 0, "x", x, "y", y, "origin", "viewport");
    Map<String, Object> down = Map.of("type", "pointerDown", "button", 0);
    Map<String, Object> up = Map.of("type", "pointerUp", "button", 0);
    post("/actions", pointer(List.of(move, down, up)));
  }

  private static Map<String, Object> pointer(List<Map<String, Object>> actions) {
    return Map.of(
        "actions",
        List.of(
            Map.of(
                "type",
                "pointer",
                "id",
                "mouse",
                "parameters",
                Map.of("pointerType", "mouse"),
                "actions",
                actions)));
  }

  /** Turns the wheel over a place in the window; below 0 is away from the hand. */
  void wheelAt(int x, int y, int turn) throws IOException, InterruptedException {
    Map<String, Object> scroll =
        Map.of(
            "type",
            "scroll",
            "x",
            x,
            "y",
            y,
            "deltaX",
            0,
            "deltaY",
            turn,
            "duration",
            0,
            "origin",
            "viewport");
    post(
        "/actions",
        Map.of(
            "actions",
            List.of(Map.of("type", "wheel", "id", "wheel", "actions", List.of(scroll)))));
  }

  /** A command of the DevTools protocol. */
  JsonNode devTools(String command, Map<String, Object> parameters)
      throws IOException, InterruptedException {
    return post("/goog/cdp/execute", Map.of("cmd", command, "params", parameters));
  }

  /** What a log has that was not asked for yet: browser, or performance. */
  List<JsonNode> log(String type) throws IOException, InterruptedException {
    List<JsonNode> entries = new ArrayList<>();
    post("/se/log", Map.of("type", type)).forEach(entries::add);
    return entries;
  }

  /** Opens another tab before this one, which is then hidden. Returns the handle of this one. */
  String openTab() throws IOException, InterruptedException {
    String here = send("GET", session + "/window", Map.of()).asText();
    String other = post("/window/new", Map.of("type", "tab")).get("handle").asText();
    post("/window", Map.of("handle", other));
    return here;
  }

  void closeTab(String next) throws IOException, InterruptedException {
    send("DELETE", session + "/window", Map.of());
    post("/window", Map.of("handle", next));
  }

  /** A picture of the whole page as a PNG. */
  void picture(Path file) throws IOException, InterruptedException {
    JsonNode picture =
        devTools("Page.captureScreenshot", Map.of("format", "png", "captureBeyondViewport", true));
    Files.write(file, Base64.getDecoder().decode(picture.get("data").asText()));
  }

  /**
   * A picture of a part of the page.
   *
   * @param clip x, y, width, height in pixels of CSS, and scale
   */
  BufferedImage picture(Map<String, Object> clip) throws IOException, InterruptedException {
    JsonNode picture =
        devTools(
            "Page.captureScreenshot",
            Map.of("format", "png", "captureBeyondViewport", true, "clip", clip));
    byte[] png = Base64.getDecoder().decode(picture.get("data").asText());
    return ImageIO.read(new ByteArrayInputStream(png));
  }

  private JsonNode post(String path, Map<String, ?> body) throws IOException, InterruptedException {
    return send("POST", session + path, body);
  }

  private JsonNode send(String method, String uri, Map<String, ?> body)
      throws IOException, InterruptedException {
    HttpRequest.BodyPublisher sent =
        method.equals("POST")
            ? HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body))
            : HttpRequest.BodyPublishers.noBody();
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(uri)).timeout(LIMIT).method(method, sent).build();
    HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
    JsonNode value = JSON.readTree(answer.body()).get("value");
    if (answer.statusCode() != 200) {
      throw new IOException(method + " " + uri + ": " + value);
    }
    return value;
  }

  @Override
  public void close() throws IOException {
    try {
      send("DELETE", session, Map.of());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      end(driver);
    }
  }

  private static void end(Process driver) {
    List<ProcessHandle> all = driver.descendants().toList();
    driver.destroyForcibly().onExit().join();
    all.forEach(ProcessHandle::destroyForcibly);
  }
}
