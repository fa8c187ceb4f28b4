package dev.ramtide.producer.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.metrics.Query;
import dev.ramtide.metrics.WatchPage;
import dev.ramtide.producer.capture.CaptureSession;
import dev.ramtide.producer.capture.FakeVmLog;
import dev.ramtide.producer.capture.ScriptedSource;
import dev.ramtide.producer.capture.SessionOptions;
import dev.ramtide.producer.metrics.AgentStatus;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AgentApiTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:10Z");

  private final AgentStatus status = new AgentStatus(new VmId("web-1"));
  private final AgentApi api = new AgentApi(status, "host-1", Clock.fixed(NOW, ZoneOffset.UTC));

  private JsonNode get(String path) throws IOException {
    Optional<WatchPage.Content> content = api.get(path, new Query(Map.of()));
    return new ObjectMapper().readTree(content.orElseThrow().bytes());
  }

  @Test
  void anAgentThatHasDoneNothingYetSaysSo() throws IOException {
    JsonNode process = get("status");
    assertThat(process.path("role").asText()).isEqualTo("agent");
    assertThat(process.path("host").asText()).isEqualTo("host-1");
    assertThat(process.path("now").asText()).isEqualTo("2026-01-01T00:00:10Z");
    JsonNode vm = process.path("vms").path(0);
    assertThat(vm.path("vm").asText()).isEqualTo("web-1");
    assertThat(vm.path("state").asText()).isEqualTo("idle");
    for (String absent :
        new String[] {"reason", "newest", "sealed", "restore", "capture", "partitions"}) {
      assertThat(vm.has(absent)).as(absent).isTrue();
      assertThat(vm.path(absent).isNull()).as(absent).isTrue();
    }
    assertThat(get("vms/web-1/checkpoints").path("checkpoints")).isEmpty();
  }

  @Test
  void aCheckpointTellsTheMomentAndThePartitions() throws Exception {
    SessionOptions options = new SessionOptions(1024, 1, 65536, 0, "");
    try (CaptureSession session =
        new CaptureSession(new FakeVmLog(), options, Clock.systemUTC(), status)) {
      session.capture(new ScriptedSource());
    }
    JsonNode vm = get("status").path("vms").path(0);
    assertThat(vm.path("newest").path("checkpoint").asInt()).isEqualTo(1);
    assertThat(vm.path("partitions").asInt()).isEqualTo(1);
    assertThat(vm.path("ramBytes").asLong()).isPositive();
  }

  @Test
  void aFailureIsTheState() throws IOException {
    status.failed(new IOException("Kafka is away"));
    JsonNode vm = get("status").path("vms").path(0);
    assertThat(vm.path("state").asText()).isEqualTo("failed");
    assertThat(vm.path("reason").asText()).isEqualTo("Kafka is away");
  }

  @Test
  void anotherVmAndAMapOfItsMemoryAreNotHere() {
    Query none = new Query(Map.of());
    assertThat(api.get("vms/web-2/checkpoints", none)).isEmpty();
    assertThat(api.get("vms/web-1/memory", none)).isEmpty();
    assertThat(api.get("", none)).isEmpty();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> api.get("vms/web-1/checkpoints", new Query(Map.of("last", "0"))));
  }
}
