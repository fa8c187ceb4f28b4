package dev.ramtide.sink.consume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ramtide.checkpoint.CheckpointHistory;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.sink.SmallGuest;
import dev.ramtide.wire.VmTopics;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.junit.jupiter.api.Test;

/** A broker that is fast or slow by the reader's clock. */
class HistoryReaderTest {
  private static final VmTopics TOPICS = new VmTopics("ramtide", new VmId("vm"));

  private final VmFollow vm = new VmFollow(TOPICS.vm(), SmallGuest.TOPICS, new CheckpointHistory());
  private Duration clock = Duration.ofNanos(Long.MAX_VALUE).minusSeconds(1); // It may overflow.
  private int steps;

  @Test
  void aLongHistoryIsReadHoweverLongItTakes() throws Exception {
    VmFollow read =
        read(
            () -> {
              clock = clock.plusSeconds(50);
              if (steps == 100) {
                vm.caughtUp();
              }
              return 1;
            });
    assertThat(read).isSameAs(vm);
    assertThat(steps).isEqualTo(100);
  }

  @Test
  void itIsGivenUpWhenNoRecordComesAnyMore() {
    assertThatIOException()
        .isThrownBy(
            () ->
                read(
                    () -> {
                      clock = clock.plusSeconds(1);
                      return steps < 30 ? 1 : 0;
                    }))
        .withMessageContaining("ramtide.vm.checkpoints")
        .withMessageContaining("no record came for 60 s")
        .withMessageContaining("Is the broker at here:9092 up?");
    assertThat(steps).isEqualTo(29 + 61);
  }

  @Test
  void whyAVmWasGivenUpIsToldAtOnce() {
    IOException gap = new IOException("cut off");
    assertThatThrownBy(
            () ->
                read(
                    () -> {
                      vm.lose(gap);
                      clock = clock.plusHours(1);
                      return 0;
                    }))
        .isSameAs(gap);
    assertThat(steps).isEqualTo(1);
  }

  private VmFollow read(HistoryReader.Step step) throws IOException, InterruptedException {
    Properties client = new Properties();
    client.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, "here:9092");
    return new HistoryReader(new ConsumerSettings(client))
        .readToEnd(
            TOPICS,
            () -> {
              steps++;
              return step.take();
            },
            () -> steps > 1 || vm.failure().isPresent() ? Optional.of(vm) : Optional.empty(),
            () -> clock.getSeconds() * 1_000_000_000L + clock.getNano());
  }
}
