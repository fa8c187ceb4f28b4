package dev.ramtide.deploy.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ramtide.deploy.demo.GuestProgram;
import dev.ramtide.deploy.demo.GuestSpec;
import dev.ramtide.deploy.demo.Machine;
import dev.ramtide.deploy.demo.QemuGuest;
import dev.ramtide.deploy.testbed.Pipeline;
import dev.ramtide.deploy.testbed.RamtideProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** With {@code --log-format json} whoever collects stderr finds objects there and nothing else. */
@Timeout(400)
final class JsonLogIT {
  private static final Duration SOON = Duration.ofSeconds(120);
  private static final GuestSpec SPEC =
      new GuestSpec(Machine.Q35, 64, GuestProgram.paced(16, 1024, 256));

  @TempDir private Path directory;
  private Pipeline pipeline;
  private QemuGuest guest;

  @BeforeEach
  void start() throws Exception {
    pipeline = Pipeline.start(directory);
    guest = QemuGuest.start(SPEC);
    guest.awaitMarker(SOON);
  }

  @AfterEach
  void stop() throws Exception {
    pipeline.close();
    guest.close();
  }

  private RamtideProcess agent(String mode, String hook) throws IOException {
    return pipeline.start(
        "agent",
        "--log-format=json",
        "--vm=web-1",
        "--qmp=" + guest.agentSocket(),
        "--mode=" + mode,
        "--pause-hook=" + hook,
        "--interval=1s",
        "--metrics-port=0");
  }

  /** Fails at the first line that is none. */
  private static List<JsonNode> objects(RamtideProcess process) throws IOException {
    List<JsonNode> objects = new ArrayList<>();
    for (String line : process.stderr().lines().toList()) {
      JsonNode object = new ObjectMapper().readTree(line);
      assertThat(object.isObject()).as(line).isTrue();
      assertThat(object.path("message").asText()).as(line).isNotEmpty();
      assertThat(object.path("level").asText()).as(line).matches("INFO|WARN|ERROR");
      assertThat(object.path("@timestamp").asText()).as(line).startsWith("20");
      objects.add(object);
    }
    return objects;
  }

  private static List<String> messages(RamtideProcess process, String level) throws IOException {
    return objects(process).stream()
        .filter(line -> line.path("level").asText().equals(level))
        .map(line -> line.path("message").asText())
        .toList();
  }

  @Test
  void everyLineOfAnAgentAndASinkIsAnObject() throws Exception {
    RamtideProcess agent = agent("live", "echo no snapshot >&2; false");
    RamtideProcess sink =
        pipeline.start(
            "sink", "--log-format=json", "--images=" + pipeline.images("s"), "--metrics-port=0");
    sink.awaitStderr("\"sealed\"", SOON);
    guest.close();
    agent.awaitStderr("next try in", SOON);
    agent.terminate();
    agent.awaitExit(SOON);
    sink.terminate();
    sink.awaitExit(SOON);

    assertThat(messages(agent, "INFO"))
        .anyMatch(line -> line.startsWith("watch: http://"))
        .contains("no snapshot");
    assertThat(messages(agent, "WARN"))
        .anyMatch(line -> line.matches("ramtide agent: checkpoint 1 .* pause hook .*"))
        .anyMatch(line -> line.matches("ramtide agent: .*next try in 1 s.*"));
    assertThat(messages(sink, "INFO"))
        .anyMatch(line -> line.startsWith("watch: http://"))
        .contains("sealed");
  }

  @Test
  void soIsWhatTheGuardOfAKilledAgentSays() throws Exception {
    Path hooked = directory.resolve("hooked");
    RamtideProcess agent = agent("stop", "touch " + hooked + "; sleep 20");
    await().atMost(SOON).until(() -> Files.exists(hooked));
    agent.kill();
    await().atMost(SOON).until(() -> agent.stderr().matches("(?s).*ramtide guard: .*\n"));
    assertThat(messages(agent, "WARN")).anyMatch(line -> line.startsWith("ramtide guard: "));
  }

  @Test
  void soIsWhyAVerbFailedOrMadeNoSense() throws Exception {
    RamtideProcess failed =
        pipeline.start("checkpoints", "--vm=web-9", "--log-format=json", "--debug");
    assertThat(failed.awaitExit(SOON)).isEqualTo(1);
    JsonNode why = objects(failed).get(objects(failed).size() - 1);
    assertThat(why.path("level").asText()).isEqualTo("ERROR");
    assertThat(why.path("verb").asText()).isEqualTo("ramtide checkpoints");
    assertThat(why.path("reason").asText()).contains("web-9");
    assertThat(why.path("stacktrace").asText()).contains("\tat ");

    RamtideProcess nonsense =
        pipeline.start("sink", "--imagse=x", "--threads=many", "--log-format=json");
    assertThat(nonsense.awaitExit(SOON)).isEqualTo(2);
    assertThat(messages(nonsense, "ERROR")).containsExactly("the command line makes no sense");
  }
}
