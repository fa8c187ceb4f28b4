package dev.ramtide.producer.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ramtide.checkpoint.VmId;
import dev.ramtide.metrics.Metrics;
import dev.ramtide.producer.qmp.QmpException;
import java.io.IOException;
import java.time.Clock;
import org.junit.jupiter.api.Test;

class AgentWatchTest {
  private final Metrics metrics = new Metrics();
  private final AgentStatus status = new AgentStatus(new VmId("web-1"));
  private final AgentWatch watch =
      new AgentWatch(new AgentMetrics(metrics, new VmId("web-1"), Clock.systemUTC()), status);

  private double value(String name, String... labels) {
    return metrics.registry().get(name).tag("vm", "web-1").tags(labels).counter().count();
  }

  @Test
  void beforeTheFirstCheckpointItIsNotReadyAndLives() {
    assertThat(status.notLive()).isEmpty();
    assertThat(status.notReady()).containsExactly("no checkpoint is complete yet");
  }

  @Test
  void aFailureIsCountedAndIsTheReason() {
    watch.failed(new IOException("Kafka is away"));
    assertThat(value("ramtide_agent_checkpoints_total", "mode", "unknown", "outcome", "failed"))
        .isEqualTo(1);
    assertThat(value("ramtide_agent_qmp_errors_total")).isZero();
    assertThat(status.notReady()).containsExactly("the last checkpoint failed: Kafka is away");
  }

  @Test
  void aRefusalOfQemuIsCountedAsOneWhereverItStandsInTheChain() {
    QmpException refusal = new QmpException("GenericError", "no", "migrate");
    watch.failed(new IOException("not captured", refusal));
    watch.failed(refusal);
    assertThat(value("ramtide_agent_qmp_errors_total")).isEqualTo(2);
  }

  @Test
  void beatsThatWereSkippedAddUp() {
    watch.skippedBeats(2);
    watch.skippedBeats(0);
    watch.skippedBeats(3);
    assertThat(value("ramtide_agent_skipped_beats_total")).isEqualTo(5);
  }
}
