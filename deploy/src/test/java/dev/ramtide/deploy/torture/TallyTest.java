package dev.ramtide.deploy.torture;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ramtide.deploy.demo.RamComparison;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class TallyTest {
  private final Tally tally = new Tally();

  @Test
  void aRunThatComparedNothingIsNotGood() {
    assertThat(tally.isGood()).isFalse();
    tally.comparison(new RamComparison(10, 0, -1));
    assertThat(tally.isGood()).isTrue();
  }

  @Test
  void onePageThatDiffersIsNotGood() {
    tally.comparison(new RamComparison(10, 1, 0x1000));
    tally.comparison(new RamComparison(10, 0, -1));
    assertThat(tally.isGood()).isFalse();
  }

  @Test
  void endsThatDifferInNumbersOnlyAreOneReason() {
    tally.ended("agent", "exit 1: claimed epoch 12 at 2026-11-25T01:36:41.540Z");
    tally.ended("agent", "exit 1: claimed epoch 9 at 2026-11-25T02:00:00Z");
    tally.ended("sink", "exit 1: claimed epoch 9 at 2026-11-25T02:00:00Z");
    assertThat(tally.restarts()).hasSize(2).containsValue(2).containsValue(1);
  }

  @Test
  void aProcessThatSaysItHasABugFailsTheRun() {
    tally.comparison(new RamComparison(10, 0, -1));
    tally.ended("sink", "exit 1: unexpected NullPointerException, which is a bug");
    assertThat(tally.isGood()).isFalse();
  }

  @Test
  void theJsonHasEveryFigureAndEveryKindOfFault() throws Exception {
    tally.fault(FaultKind.DISK_FULL);
    tally.comparison(new RamComparison(10, 2, 0x1000));
    tally.failure("pages differ");
    JsonNode json = new ObjectMapper().readTree(tally.toJson(7, Duration.ofMillis(1500)));
    assertThat(json.get("seed").asLong()).isEqualTo(7);
    assertThat(json.get("seconds").asDouble()).isEqualTo(1.5);
    assertThat(json.get("faults")).hasSize(FaultKind.values().length);
    assertThat(json.get("faults").get("disk-full").asInt()).isEqualTo(1);
    assertThat(json.get("pagesCompared").asLong()).isEqualTo(10);
    assertThat(json.get("pagesDifferent").asLong()).isEqualTo(2);
    assertThat(json.get("failures").get(0).asText()).isEqualTo("pages differ");
    assertThat(json.get("good").asBoolean()).isFalse();
  }
}
