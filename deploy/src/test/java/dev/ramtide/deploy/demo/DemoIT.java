package dev.ramtide.deploy.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ramtide.deploy.testbed.RamtideProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class DemoIT {
  private static final Duration LIMIT = Duration.ofMinutes(4);

  @TempDir Path output;
  @TempDir Path temporary;

  @Test
  void theWholeWayEndsInEqualMemoryAndOneJsonObject() throws Exception {
    try (RamtideProcess demo = start("demo", "--json", "--guest-mib", "128")) {
      assertThat(demo.awaitExit(LIMIT)).as(demo.stderr()).isZero();
      JsonNode json = new ObjectMapper().readTree(demo.stdout());
      assertThat(json.get("qemu").asText()).matches("\\d+\\.\\d+\\.\\d+");
      assertThat(json.get("guestMiB").asInt()).isEqualTo(128);
      assertThat(json.get("sinkKilled").asBoolean()).isTrue();
      JsonNode checkpoints = json.get("checkpoints");
      assertThat(checkpoints.size()).isGreaterThanOrEqualTo(5);
      assertThat(checkpoints.get(0).get("keyframe").asBoolean()).isTrue();
      assertThat(checkpoints.get(0).get("pagesPublished"))
          .isEqualTo(checkpoints.get(0).get("pagesScanned"));
      assertThat(checkpoints.get(1).get("keyframe").asBoolean()).isFalse();
      assertThat(checkpoints.get(1).get("pagesPublished").asLong()).isBetween(1L, 10_000L);
      assertThat(checkpoints.get(1).get("pauseMs").asDouble()).isPositive();
      assertThat(json.get("restored"))
          .hasSize(2)
          .allSatisfy(
              restored -> {
                assertThat(restored.get("pagesCompared").asLong()).isEqualTo(128 << 8);
                assertThat(restored.get("pagesDifferent").asLong()).isZero();
                assertThat(restored.get("guestResumed").asBoolean()).isTrue();
              });
      assertThat(json.get("restored"))
          .extracting(restored -> restored.get("from").asText())
          .containsExactly("image", "log");
      assertThat(leftFiles()).isEmpty();
    }
  }

  @Test
  void aDemonstrationThatIsInterruptedLeavesNothing() throws Exception {
    try (RamtideProcess demo = start("demo", "--guest-mib", "64")) {
      demo.awaitStdout("agent ", LIMIT);
      List<ProcessHandle> children =
          ProcessHandle.of(demo.pid()).orElseThrow().descendants().toList();
      assertThat(children).hasSizeGreaterThanOrEqualTo(5);
      demo.terminate();
      demo.awaitExit(Duration.ofSeconds(60));
      await()
          .atMost(Duration.ofSeconds(5))
          .until(() -> children.stream().noneMatch(ProcessHandle::isAlive));
      assertThat(leftFiles()).isEmpty();
    }
  }

  @Test
  void aDirectoryThatHoldsSomethingElseIsNotUsed() throws Exception {
    Files.writeString(temporary.resolve("mine"), "precious");
    try (RamtideProcess demo = start("demo", "--keep", temporary.toString())) {
      assertThat(demo.awaitExit(LIMIT)).isEqualTo(1);
      assertThat(demo.stderr()).contains("is not empty");
      assertThat(leftFiles()).containsExactly(temporary.resolve("mine"));
    }
  }

  private RamtideProcess start(String... words) throws IOException {
    return RamtideProcess.start(
        output, List.of("-Xmx256m", "-XX:-UsePerfData", "-Djava.io.tmpdir=" + temporary), words);
  }

  private List<Path> leftFiles() throws IOException {
    try (Stream<Path> files = Files.list(temporary)) {
      return files.toList();
    }
  }
}
