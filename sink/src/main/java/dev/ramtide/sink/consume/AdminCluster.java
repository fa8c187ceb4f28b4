package dev.ramtide.sink.consume;

import dev.ramtide.checkpoint.TopicIds;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.refusal.Right;
import dev.ramtide.wire.VmTopics;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClient;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;

/** A cluster that answers by Kafka's admin client. */
record AdminCluster(Admin admin) implements SinkClients.Cluster {
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

  @Override
  public Map<String, UUID> topics() throws IOException, InterruptedException {
    return ClusterCalls.topics(admin);
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
            admin.listOffsets(asked).all(),
            "asking where the log begins: " + partitions,
            onTopicsOf(AclOperation.DELETE, partitions)) // Who may delete may describe.
        .forEach((partition, begin) -> beginnings.put(partition, begin.offset()));
    return beginnings;
  }

  @Override
  public SinkClients.Ends ends(Set<TopicPartition> partitions, Duration patience)
      throws InterruptedException {
    return ClusterCalls.ends(admin, partitions, patience);
  }

  @Override
  public void requireDeletable(VmTopics topics) throws IOException, InterruptedException {
    ClusterCalls.requireDeletable(admin, topics);
  }

  @Override
  public void deleteBefore(Map<TopicPartition, Long> recordOffsets, VmId vm)
      throws IOException, InterruptedException {
    Map<TopicPartition, RecordsToDelete> request = new HashMap<>();
    recordOffsets.forEach(
        (partition, end) -> request.put(partition, RecordsToDelete.beforeOffset(end)));
    ClusterCalls.answer(
        admin.deleteRecords(request).all(),
        "deleting records of " + vm + ": run it again",
        onTopicsOf(AclOperation.DELETE, recordOffsets.keySet()));
  }

  private static Right onTopicsOf(AclOperation operation, Set<TopicPartition> partitions) {
    return Right.onTopics(
        operation, partitions.stream().map(TopicPartition::topic).collect(Collectors.toSet()));
  }

  @Override
  public OptionalLong logBytes(VmTopics topics) throws IOException, InterruptedException {
    Set<String> names = Set.of(topics.pages(), topics.checkpoints());
    Map<TopicPartition, Long> largest = new HashMap<>(); // A replica may be behind.
    String doing = "asking how large the log is";
    Right right = Right.onCluster(AclOperation.DESCRIBE);
    Set<Integer> brokers =
        ClusterCalls.answer(admin.describeCluster().nodes(), doing, right).stream()
            .map(Node::id)
            .collect(Collectors.toSet());
    for (Map<String, LogDirDescription> directories :
        ClusterCalls.answer(admin.describeLogDirs(brokers).allDescriptions(), doing, right)
            .values()) {
      for (LogDirDescription directory : directories.values()) {
        directory.replicaInfos().entrySet().stream()
            .filter(replica -> names.contains(replica.getKey().topic()))
            .forEach(
                replica -> largest.merge(replica.getKey(), replica.getValue().size(), Math::max));
      }
    }
    return OptionalLong.of(largest.values().stream().mapToLong(Long::longValue).sum());
  }

  @Override
  public Optional<AdminClient> client() {
    return admin instanceof AdminClient client ? Optional.of(client) : Optional.empty();
  }

  @Override
  public void close() {
    admin.close(CLOSE_PATIENCE);
  }
}
