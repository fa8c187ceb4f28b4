package dev.ramtide.deploy.simulate.kafka;

import dev.ramtide.checkpoint.SkippedRecords;
import dev.ramtide.checkpoint.TopicIds;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.deploy.simulate.schedule.SimProcess;
import dev.ramtide.encryption.ReaderKeys;
import dev.ramtide.sink.consume.SinkClients;
import dev.ramtide.wire.VmTopics;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/**
 * A sink's way to the simulated cluster.
 *
 * @param group of its site
 */
public record SimSinkClients(SimCluster simulated, SimProcess process, SimGroup group)
    implements SinkClients {
  @Override
  public Consumer<byte[], ByteBuffer> member(String name, String purpose) {
    return new SimConsumer<>(simulated, process, ByteBuffer::wrap, group);
  }

  @Override
  public Consumer<byte[], ByteBuffer> reader(String purpose) {
    return new SimConsumer<>(simulated, process, ByteBuffer::wrap, null);
  }

  @Override
  public SkippedRecords skipped() {
    return SkippedRecords.NONE;
  }

  @Override
  public ReaderKeys keys() {
    return simulated.readerKeys();
  }

  @Override
  public String bootstrapServers() {
    return "simulated";
  }

  @Override
  public Cluster cluster(String purpose) {
    return new Cluster() {
      @Override
      public Map<String, UUID> topics() {
        return simulated.ids();
      }

      @Override
      public TopicIds topicIds(VmTopics topics) {
        return simulated.topicIds();
      }

      @Override
      public Map<TopicPartition, Long> beginnings(Set<TopicPartition> partitions) {
        Map<TopicPartition, Long> beginnings = new HashMap<>();
        partitions.forEach(
            place -> beginnings.put(place, simulated.partition(place).beginRecordOffset()));
        return beginnings;
      }

      @Override
      public Ends ends(Set<TopicPartition> partitions, Duration patience) {
        Map<TopicPartition, Long> ends = new HashMap<>();
        partitions.forEach(place -> ends.put(place, simulated.partition(place).endRecordOffset()));
        return new Ends(ends, Map.of());
      }

      @Override
      public void deleteBefore(Map<TopicPartition, Long> recordOffsets, VmId vm) {
        process.act();
        recordOffsets.forEach((place, end) -> simulated.partition(place).deleteBefore(end));
      }

      @Override
      public void close() {}
    };
  }
}
