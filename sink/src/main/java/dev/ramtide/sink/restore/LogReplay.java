package dev.ramtide.sink.restore;

import dev.ramtide.sink.consume.PageRecord;
import dev.ramtide.sink.consume.SinkClients;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads exactly the records of a plan that are in some of its partitions, these side by side. Has a
 * Kafka client of its own. One owner thread.
 */
final class LogReplay implements SideBySide.Share {
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final SinkClients clients;
  private final List<TopicPartition> open;
  private final RestorePlan plan;
  private final Taker taker;
  private volatile boolean stopped;
  private volatile Optional<Consumer<byte[], ByteBuffer>> toWake = Optional.empty();

  /** Takes what was read. */
  interface Taker {
    /** A record of a partition. */
    void take(int partition, PageRecord record) throws IOException;

    /** So many were taken since this was told last. */
    void taken(long records);
  }

  /**
   * @param partitions with records of the plan
   * @param taker called by this one's thread
   */
  LogReplay(SinkClients clients, List<TopicPartition> partitions, RestorePlan plan, Taker taker) {
    this.clients = clients;
    this.open = new ArrayList<>(partitions);
    this.plan = plan;
    this.taker = taker;
  }

  /** The partitions of a plan in so many parts, each of which has about as much to read. */
  static List<List<TopicPartition>> parts(String pagesTopic, RestorePlan plan, int most) {
    List<List<TopicPartition>> parts = new ArrayList<>();
    int dealt = 0;
    for (int partition = 0; partition < plan.target().manifest().partitions().size(); partition++) {
      if (plan.startRecordOffset(partition) < plan.endRecordOffset(partition)) {
        if (parts.size() < most) {
          parts.add(new ArrayList<>());
        }
        parts.get(dealt++ % most).add(new TopicPartition(pagesTopic, partition));
      }
    }
    return parts;
  }

  @Override
  public void stop() {
    stopped = true; // First: who makes the client just now looks at this when it is there.
    toWake.ifPresent(Consumer::wakeup);
  }

  @Override
  @SuppressWarnings("try") // A reader is closed, and not looked at.
  public void run() throws IOException {
    Consumer<byte[], ByteBuffer> reader = clients.reader("replay-" + open.get(0).partition());
    try (Closeable closing = () -> SinkClients.close(reader)) {
      toWake = Optional.of(reader);
      reader.assign(open);
      open.forEach(
          partition -> reader.seek(partition, plan.startRecordOffset(partition.partition())));
      read(reader);
    } catch (OffsetOutOfRangeException e) {
      throw new IOException(
          "records that the checkpoint needs are no longer in "
              + open.get(0).topic()
              + ": "
              + e.offsetOutOfRangePartitions()
              + ". Restore a newer checkpoint",
          e);
    }
  }

  private void read(Consumer<byte[], ByteBuffer> reader) throws IOException {
    long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
    while (!open.isEmpty() && !stopped) {
      long records = 0;
      for (ConsumerRecord<byte[], ByteBuffer> record : reader.poll(POLL)) {
        if (record.offset() < plan.endRecordOffset(record.partition())) {
          taker.take(record.partition(), PageRecord.of(record));
          deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
          records++;
        }
      }
      taker.taken(records);
      List<TopicPartition> ended =
          open.stream().filter(partition -> hasEnded(reader, partition)).toList();
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

  private boolean hasEnded(Consumer<byte[], ByteBuffer> reader, TopicPartition partition) {
    return reader.position(partition) >= plan.endRecordOffset(partition.partition());
  }
}
