package dev.ramtide.sink.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ramtide.checkpoint.CaptureMode;
import dev.ramtide.checkpoint.CaptureTimes;
import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.checkpoint.DeviceStateSummary;
import dev.ramtide.checkpoint.PageCounts;
import dev.ramtide.checkpoint.PartitionCut;
import dev.ramtide.checkpoint.RecordedCheckpoint;
import dev.ramtide.checkpoint.SkippedRecords;
import dev.ramtide.encryption.ReaderKeys;
import dev.ramtide.integrity.PageDigest;
import dev.ramtide.sink.SmallGuest;
import dev.ramtide.sink.consume.PageRecord;
import dev.ramtide.sink.consume.SinkClients;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A log of three partitions; the plan needs records 2 to 5 of the first and the last. */
@Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class LogReplayTest {
  private static final String TOPIC = "ramtide.vm.pages";

  private final RestorePlan plan = plan();
  private final Set<String> taken = new TreeSet<>();
  private final List<Long> told = new ArrayList<>();

  /** Clients of a broker that has ten records of some partitions and is silent about the others. */
  private record Broker(Set<Integer> present) implements SinkClients {
    @Override
    public Consumer<byte[], ByteBuffer> reader(String purpose) {
      MockConsumer<byte[], ByteBuffer> consumer = new MockConsumer<>("none");
      consumer.schedulePollTask(() -> addRecords(consumer));
      return consumer;
    }

    private void addRecords(MockConsumer<byte[], ByteBuffer> consumer) {
      for (TopicPartition partition : consumer.assignment()) {
        for (int at = 0; at < 10 && present.contains(partition.partition()); at++) {
          ByteBuffer value = ByteBuffer.allocate(1);
          consumer.addRecord(
              new ConsumerRecord<>(TOPIC, partition.partition(), at, new byte[0], value));
        }
      }
    }

    @Override
    public Consumer<byte[], ByteBuffer> member(String group, String purpose) {
      throw new IllegalStateException("a restore is in no group");
    }

    @Override
    public Cluster cluster(String purpose) {
      throw new IllegalStateException("nothing is asked of the cluster");
    }

    @Override
    public ReaderKeys keys() {
      return ReaderKeys.NONE;
    }

    @Override
    public SkippedRecords skipped() {
      return SkippedRecords.NONE;
    }

    @Override
    public String bootstrapServers() {
      return "scripted";
    }
  }

  /** Refuses one record. */
  private final class Taker implements LogReplay.Taker {
    private final long badRecordOffset;

    private Taker(long badRecordOffset) {
      this.badRecordOffset = badRecordOffset;
    }

    @Override
    public void take(int partition, PageRecord record) throws IOException {
      if (record.recordOffset() == badRecordOffset) {
        throw new IOException("refused: " + partition + "@" + badRecordOffset);
      }
      synchronized (taken) {
        taken.add(partition + "@" + record.recordOffset());
      }
    }

    @Override
    public void taken(long records) {
      synchronized (taken) {
        told.add(records);
      }
    }
  }

  @Test
  void whatIsToBeReadIsDealtEvenly() {
    TopicPartition first = new TopicPartition(TOPIC, 0);
    TopicPartition last = new TopicPartition(TOPIC, 2);
    assertThat(LogReplay.parts(TOPIC, plan, 1)).containsExactly(List.of(first, last));
    assertThat(LogReplay.parts(TOPIC, plan, 2)).containsExactly(List.of(first), List.of(last));
    assertThat(LogReplay.parts(TOPIC, plan, 9)).containsExactly(List.of(first), List.of(last));
  }

  @Test
  void everyRecordOfThePlanIsTakenAndNoOther() throws Exception {
    for (int threads = 1; threads <= 2; threads++) {
      taken.clear();
      told.clear();
      SideBySide.run("replay", replays(threads, new Broker(Set.of(0, 1, 2)), new Taker(-1)));
      assertThat(taken).containsExactly("0@2", "0@3", "0@4", "0@5", "2@2", "2@3", "2@4", "2@5");
      assertThat(told.stream().mapToLong(one -> one).sum()).isEqualTo(8);
    }
  }

  /** Else it would wait for a minute for the partition of which nothing comes. */
  @Test
  void aRecordThatIsRefusedEndsTheReadingOfTheOtherPartitions() {
    assertThatThrownBy(
            () -> SideBySide.run("replay", replays(2, new Broker(Set.of(0)), new Taker(4))))
        .isInstanceOf(IOException.class)
        .hasMessage("refused: 0@4");
  }

  @Test
  void whatWasStoppedBeforeItBeganReadsNothing() throws Exception {
    LogReplay replay = replays(1, new Broker(Set.of(0, 2)), new Taker(-1)).get(0);
    replay.stop();
    replay.run();
    assertThat(taken).isEmpty();
  }

  private List<LogReplay> replays(int threads, SinkClients clients, LogReplay.Taker taker) {
    return LogReplay.parts(TOPIC, plan, threads).stream()
        .map(part -> new LogReplay(clients, part, plan, taker))
        .toList();
  }

  private static RestorePlan plan() {
    PartitionCut some = new PartitionCut(2, 6, PageDigest.ZERO);
    CheckpointManifest manifest =
        new CheckpointManifest(
            1,
            1,
            true,
            "",
            CaptureMode.STOP,
            new CaptureTimes(
                Instant.EPOCH, Instant.EPOCH, Instant.EPOCH, Instant.EPOCH, Duration.ZERO),
            List.of(some, new PartitionCut(7, 7, PageDigest.ZERO), some),
            new DeviceStateSummary(0, 0, 0),
            new PageCounts(0, 0, 0, 0, 0));
    RecordedCheckpoint one = new RecordedCheckpoint(manifest, SmallGuest.epoch(1), 0, 0, 0);
    return new RestorePlan(one, Optional.empty(), one, 8, 0);
  }
}
