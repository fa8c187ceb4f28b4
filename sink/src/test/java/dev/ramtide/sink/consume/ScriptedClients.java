package dev.ramtide.sink.consume;

import dev.ramtide.checkpoint.SkippedRecords;
import dev.ramtide.checkpoint.TopicIds;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.encryption.ReaderKeys;
import dev.ramtide.refusal.Refusal;
import dev.ramtide.wire.VmTopics;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** Clients and cluster in one, of which a test says what it is asked for; nothing else may be. */
public interface ScriptedClients extends SinkClients, SinkClients.Cluster {
  @Override
  default Consumer<byte[], ByteBuffer> member(String group, String purpose) {
    throw notAskedFor("a member of a group");
  }

  @Override
  default Consumer<byte[], ByteBuffer> reader(String purpose) {
    throw notAskedFor("a reader");
  }

  @Override
  default Cluster cluster(String purpose) {
    return this;
  }

  @Override
  default ReaderKeys keys() {
    return ReaderKeys.NONE;
  }

  @Override
  default SkippedRecords skipped() {
    return SkippedRecords.NONE;
  }

  @Override
  default String bootstrapServers() {
    return "scripted";
  }

  @Override
  default Map<String, UUID> topics() throws IOException {
    return Map.of();
  }

  @Override
  default TopicIds topicIds(VmTopics topics) throws IOException {
    throw notAskedFor("the ids of topics");
  }

  @Override
  default Map<TopicPartition, Long> beginnings(Set<TopicPartition> partitions) {
    throw notAskedFor("where partitions begin");
  }

  /** As the reader says. */
  @Override
  default Ends ends(Set<TopicPartition> partitions, Duration patience) {
    Ends ends = new Ends(new HashMap<>(), new HashMap<>());
    for (TopicPartition partition : partitions) {
      try {
        ends.recordOffsets().putAll(reader("ends").endOffsets(List.of(partition)));
      } catch (KafkaException e) {
        String asking = "asking where " + partition.topic() + " ends";
        IOException why = Refusal.of(asking, e).orElseGet(() -> new IOException(asking, e));
        ends.unknown().put(partition, why);
      }
    }
    return ends;
  }

  @Override
  default void deleteBefore(Map<TopicPartition, Long> recordOffsets, VmId vm) {
    throw notAskedFor("a deletion");
  }

  @Override
  default void close() {}

  private static IllegalStateException notAskedFor(String what) {
    return new IllegalStateException(what + " was not to be asked for");
  }
}
