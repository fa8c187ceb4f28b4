package dev.ramtide.page;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ramtide.metrics.Health;
import dev.ramtide.metrics.Metrics;
import dev.ramtide.metrics.Query;
import dev.ramtide.metrics.WatchServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The files are served by name, and nothing else is, as a browser and as an attacker asks. */
class StaticPagesTest {
  private static final Path SOURCES = Path.of("src/main/resources/dev/ramtide/page");

  private WatchServer server;

  @BeforeEach
  void serve() throws IOException {
    server = WatchServer.start(new InetSocketAddress("127.0.0.1", 0), new Metrics(), new Healthy());
    server.serve("/", StaticPages.read());
  }

  @AfterEach
  void close() {
    server.close();
  }

  @ParameterizedTest
  @CsvSource({
    "/, text/html; charset=utf-8",
    "/?a=b, text/html; charset=utf-8",
    "/page.css, text/css; charset=utf-8",
    "/page.js, text/javascript; charset=utf-8",
    "/icon.svg, image/svg+xml"
  })
  void aFileIsServedWithItsType(String path, String type) throws IOException {
    assertThat(answerTo(path))
        .startsWith("HTTP/1.1 200 ")
        .contains("Content-type: " + type + "\r\n")
        .contains("Content-security-policy: default-src 'self';");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/index.html/",
        "/page.css/..",
        "/../page.css",
        "/..",
        "/x/../page.css",
        "/%2e%2e/page/page.css",
        "/..%2fpage%2fpage.css",
        "/%2fdev%2framtide%2fpage%2fpage.css",
        "//page.css",
        "///etc/passwd",
        "/etc/passwd",
        "/dev/ramtide/page/page.css",
        "/StaticPages.class",
        "/package-info.class",
        "/page.css%00.js",
        "/PAGE.CSS",
        "/page"
      })
  void nothingElseIsServed(String path) throws IOException {
    assertThat(answerTo(path)).startsWith("HTTP/1.1 404 ");
  }

  @Test
  void everyFileThereIsIsOnTheList() throws IOException {
    try (Stream<Path> files = Files.list(SOURCES)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(StaticPages.NAMES);
    }
  }

  @Test
  void whatAFileLoadsIsServedToo() throws IOException {
    StaticPages pages = StaticPages.read();
    for (String name : StaticPages.NAMES) {
      Pattern loads = Pattern.compile("(?:from '\\./|src=\"|<link [^>]*href=\")([^'\"]+)");
      List<String> loaded =
          loads.matcher(textOf(name)).results().map(match -> match.group(1)).toList();
      for (String file : loaded) {
        assertThat(pages.get(file, new Query(Map.of()))).as(name + " loads " + file).isPresent();
      }
    }
  }

  @Test
  void nothingIsLoadedFromElsewhereAndNothingStandsInline() throws IOException {
    for (String name : StaticPages.NAMES) {
      String text = textOf(name).replace("http://www.w3.org/2000/svg", "");
      assertThat(text).as(name).doesNotContain("http:", "https:", "@import", "innerHTML", "eval(");
    }
    assertThat(textOf("index.html"))
        .doesNotContain("<style", "style=", "onclick", "onload")
        .doesNotContainPattern("<script(?![^>]* src=)");
  }

  private static String textOf(String name) throws IOException {
    return Files.readString(SOURCES.resolve(name));
  }

  /** The head of the answer to a path that is sent as it is: clients of HTTP tidy paths up. */
  private String answerTo(String path) throws IOException {
    URI uri = URI.create(server.uri());
    try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
      String request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      String answer =
          new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
      return answer.substring(0, answer.indexOf("\r\n\r\n") + 2);
    }
  }

  private static final class Healthy implements Health {
    @Override
    public List<String> notLive() {
      return List.of();
    }

    @Override
    public List<String> notReady() {
      return List.of();
    }
  }
}
