package dev.ramtide.sink.consume;

import dev.ramtide.checkpoint.TopicIds;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.wire.VmTopics;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;

/** A cluster that answers by Kafka's admin client. */
record AdminCluster(Admin admin) implements SinkClients.Cluster {
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

  @Override
  public Set<String> topicNames() throws IOException, InterruptedException {
    return ClusterCalls.topicNames(admin);
  }

  @Override
  public TopicIds topicIds(VmTopics topics) throws IOException, InterruptedException {
    return ClusterCalls.topicIds(admin, topics);
  }

  @Override
  public Map<TopicPartition, Long> beginnings(Set<TopicPartition> partitions)
      throws IOException, InterruptedException {
    Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
    partitions.forEach(partition -> asked.put(partition, OffsetSpec.earliest()));
    Map<TopicPartition, Long> beginnings = new HashMap<>();
    ClusterCalls.answer(
            admin.listOffsets(asked).all(), "asking where the log begins: " + partitions)
        .forEach((partition, begin) -> beginnings.put(partition, begin.offset()));
    return beginnings;
  }

  @Override
  public void deleteBefore(Map<TopicPartition, Long> recordOffsets, VmId vm)
      throws IOException, InterruptedException {
    Map<TopicPartition, RecordsToDelete> request = new HashMap<>();
    recordOffsets.forEach(
        (partition, end) -> request.put(partition, RecordsToDelete.beforeOffset(end)));
    ClusterCalls.answer(
        admin.deleteRecords(request).all(), "deleting records of " + vm + ": run it again");
  }

  @Override
  public void close() {
    admin.close(CLOSE_PATIENCE);
  }
}
