package dev.ramtide.deploy.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ramtide.deploy.demo.GuestProgram;
import dev.ramtide.deploy.demo.GuestSpec;
import dev.ramtide.deploy.demo.Machine;
import dev.ramtide.deploy.demo.QemuGuest;
import dev.ramtide.deploy.testbed.Pipeline;
import dev.ramtide.deploy.testbed.RamtideProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A VM goes as a whole, and nothing of another one with it. */
final class DeleteIT {
  private static final Duration SOON = Duration.ofSeconds(60);

  @TempDir private static Path directory;
  private static Pipeline pipeline;

  @BeforeAll
  static void start() throws IOException {
    pipeline = Pipeline.start(directory);
  }

  @AfterAll
  static void stop() {
    pipeline.close();
  }

  @Test
  void aVmGoesAsAWholeAndItsNeighboursStay() throws Exception {
    GuestSpec spec = new GuestSpec(Machine.Q35, 64, GuestProgram.idle(4));
    try (QemuGuest guest = QemuGuest.start(spec)) {
      guest.awaitMarker(SOON);
      for (String vm : new String[] {"web", "web-2"}) {
        String socket = guest.agentSocket().toString();
        pipeline.run("agent", "--vm", vm, "--qmp", socket, "--mode", "background", "--once");
      }
    }
    Path images = pipeline.images("site");
    pipeline.seal("site", "web-2", 1);
    aSinkAtWorkIsNotRobbed(images);
    Set<String> all = topics();
    assertThat(pipeline.fail("delete", "--vm", "web")).contains("nothing was removed", "--yes");
    JsonNode dry =
        pipeline.run("delete", "--vm", "web", "--images", images.toString(), "--dry-run").get(0);
    assertThat(dry.get("topics")).hasSize(2);
    assertThat(dry.get("removed").asBoolean()).isFalse();
    assertThat(topics()).isEqualTo(all);
    assertThat(images.resolve("web/ram.img")).exists();

    JsonNode done =
        pipeline.run("delete", "--vm", "web", "--images", images.toString(), "--yes").get(0);
    assertThat(done.get("removed").asBoolean()).isTrue();
    assertThat(topics())
        .contains("ramtide.web-2.pages", "ramtide.web-2.checkpoints")
        .doesNotContain("ramtide.web.pages", "ramtide.web.checkpoints");
    assertThat(images.resolve("web")).doesNotExist();
    assertThat(images.resolve("web-2/ram.img")).exists();
    pipeline.restore("web-2", 1, "neighbour.img");
    String above = images.getParent().toString();
    assertThat(pipeline.fail("delete", "--vm", "site", "--images", above, "--yes"))
        .contains(above + " is not a directory of images (no site-id in it)");
    assertThat(images.resolve("web-2/ram.img")).exists();
    JsonNode again =
        pipeline.run("delete", "--vm", "web", "--images", images.toString(), "--yes").get(0);
    assertThat(again.get("removed").asBoolean()).isFalse();
    assertThat(again.get("topics")).isEmpty();
    byForceTheTopicsGoUnderASink(images);
  }

  private static void byForceTheTopicsGoUnderASink(Path images) throws Exception {
    try (RamtideProcess sink =
        pipeline.start(
            "sink", "--images", images.toString(), "--vm", "web-2", "--metrics-port", "0")) {
      await().atMost(SOON).until(() -> isAtWork("web-2"));
      assertThat(metrics(sink)).contains("ramtide_sink_sealed_checkpoint{vm=\"web-2\"}");
      JsonNode done = pipeline.run("delete", "--vm", "web-2", "--yes", "--force").get(0);
      assertThat(done.get("removed").asBoolean()).isTrue();
      assertThat(done.get("groups")).isEmpty();
      assertThat(done.get("sharedGroups")).isEmpty();
      assertThat(done.get("leftGroups")).hasSize(1);
      assertThat(done.get("leftGroups").elements().next().asText()).contains("at work");
      assertThat(topics()).doesNotContain("ramtide.web-2.pages", "ramtide.web-2.checkpoints");
      assertThat(images.resolve("web-2/ram.img")).exists();
      await().atMost(SOON).until(() -> !metrics(sink).contains("vm=\"web-2\""));
      sink.terminate();
      sink.awaitExit(SOON);
    }
    // With the topics Kafka forgot the places in them, as we said.
    await().atMost(SOON).until(() -> found("web-2").get("groups").isEmpty());
  }

  private static String metrics(RamtideProcess sink) throws Exception {
    sink.awaitStderr("watch: ", SOON);
    Matcher address = Pattern.compile("watch: (http://\\S+/)").matcher(sink.stderr());
    assertThat(address.find()).isTrue();
    HttpRequest request = HttpRequest.newBuilder(URI.create(address.group(1) + "metrics")).build();
    return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
  }

  private static boolean isAtWork(String vm) throws Exception {
    return !found(vm).get("atWork").isEmpty();
  }

  private static JsonNode found(String vm) throws Exception {
    return pipeline.run("delete", "--vm", vm, "--dry-run").get(0);
  }

  private static void aSinkAtWorkIsNotRobbed(Path images) throws Exception {
    Path json = images.resolve("web/checkpoint.json");
    try (RamtideProcess sink =
        pipeline.start("sink", "--images", images.toString(), "--vm", "web")) {
      await()
          .atMost(SOON)
          .until(() -> Files.exists(json) && Files.readString(json).contains("\"sealed\""));
      RamtideProcess dry = pipeline.start("delete", "--vm", "web", "--dry-run");
      assertThat(dry.awaitExit(SOON)).isZero();
      assertThat(dry.stdout())
          .contains("topic           ramtide.web.pages", "at work         a sink on /127.0.0.1")
          .contains("An agent of web that runs on begins anew with checkpoint 1: stop it first.")
          .contains("web: would be removed");
      assertThat(pipeline.fail("delete", "--vm", "web", "--yes"))
          .contains("nothing was removed")
          .contains("stop it first");
      assertThat(
              pipeline.fail("delete", "--vm", "web", "--yes", "--force", "--images", "" + images))
          .contains("in use by a sink");
      sink.terminate();
      sink.awaitExit(SOON);
    }
    assertThat(topics()).contains("ramtide.web.pages");
  }

  private static Set<String> topics() throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", pipeline.bootstrapServers()))) {
      return admin.listTopics().names().get();
    }
  }
}
