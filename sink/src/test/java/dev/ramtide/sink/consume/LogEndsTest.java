package dev.ramtide.sink.consume;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.ramtide.checkpoint.RecordedCheckpoint;
import dev.ramtide.wire.VmTopics;
import java.nio.ByteBuffer;
import java.util.Map;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

final class LogEndsTest {
  private static final VmTopics TOPICS = new VmTopics("ramtide", ScriptedLog.VM);

  private final ScriptedLog log = new ScriptedLog();
  private final MockConsumer<byte[], ByteBuffer> consumer = new MockConsumer<>("none");
  private final LogEnds ends = new LogEnds(consumer);

  @Test
  void aCheckpointWhoseRecordsAreAllThereMayBeBegun() {
    RecordedCheckpoint checkpoint = checkpoint();
    assertThatCode(() -> ends.requireReached(TOPICS, checkpoint)).doesNotThrowAnyException();
  }

  @Test
  void oneThatEndsBeyondTheLogIsNoAgentsAndIsNamedWithTheRecord() {
    RecordedCheckpoint checkpoint = checkpoint();
    long end = log.end(1) - 1;
    consumer.updateEndOffsets(Map.of(new TopicPartition(TOPICS.pages(), 1), end));
    assertThatIOException()
        .isThrownBy(() -> ends.requireReached(TOPICS, checkpoint))
        .withMessageContaining(
            "ramtide.web-1.checkpoints, partition 0, record offset "
                + checkpoint.manifestRecordOffset())
        .withMessageContaining("checkpoint 1")
        .withMessageContaining("up to record offset " + (end + 1) + " of partition 1")
        .withMessageContaining("ends at " + end);
  }

  private RecordedCheckpoint checkpoint() {
    log.startEpoch(40);
    log.publishEveryPage(0);
    log.complete(1, true);
    for (int partition = 0; partition < 3; partition++) {
      TopicPartition pages = new TopicPartition(TOPICS.pages(), partition);
      consumer.updateEndOffsets(Map.of(pages, log.end(partition)));
    }
    return log.follow.history().newest().orElseThrow();
  }
}
