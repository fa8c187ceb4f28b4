package dev.ramtide.deploy.publish;

import dev.ramtide.checkpoint.CheckpointHistory;
import dev.ramtide.checkpoint.CheckpointRecord;
import dev.ramtide.checkpoint.DirtyPages;
import dev.ramtide.checkpoint.PartitionCut;
import dev.ramtide.wire.EventCodec;
import dev.ramtide.wire.VmTopics;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads what is in a VM's topics, record by record, with nothing of the sink's. */
public final class VmLogReader implements AutoCloseable {
  private final KafkaConsumer<byte[], byte[]> consumer;
  private final VmTopics topics;
  private final EventCodec codec = new EventCodec();

  public VmLogReader(String bootstrapServers, VmTopics topics) {
    this.topics = topics;
    this.consumer =
        new KafkaConsumer<>(
            Map.of("bootstrap.servers", bootstrapServers, "default.api.timeout.ms", 20_000),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
  }

  /** The checkpoints topic from its beginning to its end. */
  public List<CheckpointRecord> checkpointRecords() throws IOException {
    List<CheckpointRecord> records = new ArrayList<>();
    for (byte[] value : read(new TopicPartition(topics.checkpoints(), 0), 0, Long.MAX_VALUE)) {
      records.add(codec.decodeCheckpoint(ByteBuffer.wrap(value)));
    }
    return records;
  }

  CheckpointHistory history() throws IOException {
    CheckpointHistory history = new CheckpointHistory();
    List<CheckpointRecord> records = checkpointRecords();
    for (int recordOffset = 0; recordOffset < records.size(); recordOffset++) {
      history.accept(recordOffset, records.get(recordOffset));
    }
    return history;
  }

  /** The events of one partition's share of a checkpoint. */
  List<DirtyPages> events(int partition, PartitionCut cut) throws IOException {
    List<DirtyPages> events = new ArrayList<>();
    TopicPartition pages = new TopicPartition(topics.pages(), partition);
    for (byte[] value : read(pages, cut.startRecordOffset(), cut.endRecordOffset())) {
      events.add(codec.decodePages(ByteBuffer.wrap(value)));
    }
    return events;
  }

  private List<byte[]> read(TopicPartition partition, long start, long end) {
    consumer.assign(List.of(partition));
    long last = Math.min(end, consumer.endOffsets(List.of(partition)).get(partition));
    consumer.seek(partition, start);
    List<byte[]> values = new ArrayList<>();
    while (consumer.position(partition) < last) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
        if (record.offset() < last) {
          values.add(record.value());
        }
      }
    }
    return values;
  }

  @Override
  public void close() {
    consumer.close();
  }
}
