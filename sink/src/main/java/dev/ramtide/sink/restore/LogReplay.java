package dev.ramtide.sink.restore;

import dev.ramtide.sink.consume.PageRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;

/** Reads exactly the records of a plan, all partitions side by side. One thread. */
final class LogReplay {
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Consumer<byte[], ByteBuffer> reader;
  private final String pagesTopic;
  private final RestorePlan plan;
  private final LongConsumer recordsDone;

  /** Takes a record of a partition. */
  interface Taker {
    void take(int partition, PageRecord record) throws IOException;
  }

  LogReplay(
      Consumer<byte[], ByteBuffer> reader,
      String pagesTopic,
      RestorePlan plan,
      LongConsumer recordsDone) {
    this.reader = reader;
    this.pagesTopic = pagesTopic;
    this.plan = plan;
    this.recordsDone = recordsDone;
  }

  void run(Taker taker) throws IOException {
    List<TopicPartition> open = new ArrayList<>();
    for (int partition = 0; partition < plan.target().manifest().partitions().size(); partition++) {
      if (plan.startRecordOffset(partition) < plan.endRecordOffset(partition)) {
        open.add(new TopicPartition(pagesTopic, partition));
      }
    }
    reader.assign(open);
    open.forEach(
        partition -> reader.seek(partition, plan.startRecordOffset(partition.partition())));
    try {
      read(open, taker);
    } catch (OffsetOutOfRangeException e) {
      throw new IOException(
          "records that the checkpoint needs are no longer in "
              + pagesTopic
              + ": "
              + e.offsetOutOfRangePartitions()
              + ". Restore a newer checkpoint",
          e);
    }
  }

  private void read(List<TopicPartition> open, Taker taker) throws IOException {
    long done = 0;
    long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
    while (!open.isEmpty()) {
      for (ConsumerRecord<byte[], ByteBuffer> record : reader.poll(POLL)) {
        if (record.offset() < plan.endRecordOffset(record.partition())) {
          taker.take(record.partition(), PageRecord.of(record));
          deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
          done++;
        }
      }
      recordsDone.accept(done);
      List<TopicPartition> ended = open.stream().filter(this::hasEnded).toList();
      reader.pause(ended);
      open.removeAll(ended);
      if (System.nanoTime() > deadlineNanos) {
        throw new IOException(
            "no record arrived from "
                + open
                + " for "
                + PATIENCE.toSeconds()
                + " s. Is the broker up?");
      }
    }
  }

  private boolean hasEnded(TopicPartition partition) {
    return reader.position(partition) >= plan.endRecordOffset(partition.partition());
  }
}
