package dev.ramtide.deploy.registry;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A real Apicurio registry in memory, with Confluent's interface and Confluent's default of
 * compatibility, which is not its own. Version 3 needs Java 21; where there is none version 2 runs
 * on this test's.
 */
final class ApicurioServer implements AutoCloseable {
  private static final Duration SOON = Duration.ofSeconds(90);
  private static final String ARTIFACT = "io.apicurio:apicurio-registry-app:%s:tar.gz:all";
  private static final Pattern LISTENING = Pattern.compile("Listening on: (http://127.0.0.1:\\d+)");

  private final Process process;
  private final URI base;
  private final HttpClient http = HttpClient.newHttpClient();

  private ApicurioServer(Process process, URI base) {
    this.process = process;
    this.base = base;
  }

  static ApicurioServer start(Path directory) throws IOException, InterruptedException {
    Optional<Path> later = java21();
    String version = later.isPresent() ? "3.3.3" : "2.6.13.Final";
    Path home = MavenArtifacts.unpacked(ARTIFACT.formatted(version));
    String jar =
        later.isPresent() ? "quarkus-run.jar" : "apicurio-registry-app-" + version + "-runner.jar";
    Path java = later.orElse(Path.of(System.getProperty("java.home"))).resolve("bin/java");
    Path log = directory.resolve("registry.log");
    List<String> words = new ArrayList<>(List.of(java.toString(), "-Xmx512m", "-XX:+UseSerialGC"));
    words.addAll(List.of("-XX:TieredStopAtLevel=1"));
    for (String server : List.of("http", "management")) {
      words.add("-Dquarkus." + server + ".host=127.0.0.1");
      words.add("-Dquarkus." + server + ".port=0");
    }
    words.addAll(List.of("-jar", home.resolve(jar).toString()));
    Process process =
        new ProcessBuilder(words)
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .directory(directory.toFile())
            .start();
    ApicurioServer server = new ApicurioServer(process, awaitAddress(process, log));
    assertThat(server.put("/config", "{\"compatibility\":\"BACKWARD\"}")).contains("BACKWARD");
    return server;
  }

  private static URI awaitAddress(Process process, Path log)
      throws IOException, InterruptedException {
    Instant end = Instant.now().plus(SOON);
    while (process.isAlive() && Instant.now().isBefore(end)) {
      Matcher matcher = LISTENING.matcher(Files.readString(log));
      if (matcher.find()) {
        return URI.create(matcher.group(1));
      }
      Thread.sleep(50);
    }
    process.destroyForcibly();
    return fail("no registry: " + Files.readString(log));
  }

  /** As the launcher finds its own; the tests run in its directory. */
  private static Optional<Path> java21() throws IOException, InterruptedException {
    Process find =
        new ProcessBuilder(Path.of("find-jdk").toAbsolutePath().toString(), "21")
            .redirectError(Redirect.INHERIT)
            .start();
    String home = new String(find.getInputStream().readAllBytes(), UTF_8).strip();
    return find.waitFor() == 0 ? Optional.of(Path.of(home)) : Optional.empty();
  }

  /** Of Confluent's interface. */
  String url() {
    return base + "/apis/ccompat/v7";
  }

  /** Of its own, as its serializer speaks it. */
  String ownUrl() {
    return base + "/apis/registry/v2";
  }

  List<String> subjects() throws IOException, InterruptedException {
    List<String> subjects = new ArrayList<>();
    new ObjectMapper()
        .readTree(send(request("/subjects").GET()))
        .forEach(subject -> subjects.add(subject.asText()));
    return subjects;
  }

  /** Registers a schema as somebody else does. */
  void register(String subject, String schema) throws IOException, InterruptedException {
    String body = new ObjectMapper().createObjectNode().put("schema", schema).toString();
    String answer =
        send(request("/subjects/" + subject + "/versions").POST(BodyPublishers.ofString(body)));
    assertThat(answer).contains("\"id\"");
  }

  private String put(String path, String body) throws IOException, InterruptedException {
    return send(request(path).PUT(BodyPublishers.ofString(body)));
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(url() + path))
        .header("Content-Type", "application/json");
  }

  private String send(HttpRequest.Builder request) throws IOException, InterruptedException {
    HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return response.body();
  }

  @Override
  public void close() {
    process.destroyForcibly().onExit().join();
  }
}
