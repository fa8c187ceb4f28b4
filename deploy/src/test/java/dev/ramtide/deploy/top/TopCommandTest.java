package dev.ramtide.deploy.top;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class TopCommandTest {
  private static final String SINK =
      """
      {"role":"sink","vms":[{"vm":"web-1","state":"%s","reason":%s,
       "newest":{"checkpoint":12,"pause":"2026-01-01T00:00:00Z"},"sealed":{"checkpoint":11},
       "recoveryPointAgeSeconds":3.25,"lagBytes":1048576,"ramBytes":134217728,"capture":null}]}
      """;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private HttpServer server;
  private String url;
  private String answer = "";
  private int status = 200;

  @BeforeEach
  void serve() throws Exception {
    server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
    server.createContext(
        "/api/status",
        exchange -> {
          byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    server.start();
    url = "http://127.0.0.1:" + server.getAddress().getPort();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private int run(String... args) {
    return new CommandLine(new TopCommand())
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(args);
  }

  @Test
  void aVmIsALineWithWhatCouldBeRestored() {
    answer = SINK.formatted("sealed", "null");
    assertThat(run("--once", url + "/")).isZero();
    assertThat(out.toString().lines().toList().get(1))
        .matches("sink +web-1 +sealed +12 +11 +3\\.3 s +1\\.0 MiB +128\\.0 MiB +" + url + "/");
  }

  @Test
  void aVmThatIsGivenUpIsSaidWithItsReasonAndByTheExitCode() {
    answer = SINK.formatted("failed", "\"the disk is full\\u001b[2J\"");
    assertThat(run("--once", url)).isEqualTo(1);
    assertThat(out.toString()).contains("the disk is full").doesNotContain("\u001b");
  }

  @Test
  void whatDoesNotAnswerIsSaidAndTheOthersAreShown() {
    answer = SINK.formatted("sealed", "null");
    assertThat(run("--once", "http://127.0.0.1:1", url)).isEqualTo(1);
    assertThat(out.toString()).contains("http://127.0.0.1:1 does not answer", "web-1");
  }

  @Test
  void aServerThatIsNoneOfOursIsRefused() {
    answer = "<html>hello</html>";
    status = 404;
    assertThat(run("--once", url)).isEqualTo(1);
    assertThat(out.toString()).contains("is no agent or sink: it answered with status 404");
  }

  @Test
  void anAgentsCaptureIsShownInPercent() {
    answer =
        """
        {"role":"agent","vms":[{"vm":"web-1","state":"capturing","reason":null,"newest":null,"sealed":null,
         "recoveryPointAgeSeconds":null,"lagBytes":0,"ramBytes":0,
         "capture":{"checkpoint":13,"phase":"transfer","deliveredPages":25,"totalPages":100}}]}
        """;
    assertThat(run(url)).isZero();
    assertThat(out.toString().lines().toList().get(1))
        .startsWith("agent  web-1")
        .contains("25 %", " - ");
  }

  @Test
  void jsonIsWhatWasAnsweredALineEach() {
    answer = SINK.formatted("sealed", "null");
    assertThat(run("--json", url, url)).isZero();
    assertThat(out.toString().lines())
        .hasSize(2)
        .allMatch(line -> line.startsWith("{\"role\":\"sink\""));
  }

  @Test
  void whatIsNoUrlIsRefused() {
    assertThat(run("localhost:9404")).isEqualTo(2);
    assertThat(err.toString()).contains("give a URL such as http://127.0.0.1:9404");
  }
}
