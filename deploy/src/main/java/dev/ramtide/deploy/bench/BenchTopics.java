package dev.ramtide.deploy.bench;

import dev.ramtide.wire.VmTopics;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.ApiException;

/** What Kafka says of a VM's topics and of the group that reads them. */
final class BenchTopics implements AutoCloseable {
  private static final int PARTITIONS = 8 + 1; // Of pages by default, and of checkpoints.

  private final Admin admin;

  BenchTopics(BenchBed bed) {
    this.admin =
        Admin.create(Map.of(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bed.bootstrapServers()));
  }

  private interface Condition {
    boolean holds() throws IOException, InterruptedException;
  }

  /** Waits until an agent has made the topics of a VM. */
  void awaitThere(VmTopics topics, Duration timeout) throws IOException, InterruptedException {
    await(
        "no agent made the topics of " + topics.vm(),
        timeout,
        () -> get(admin.listTopics().names()).containsAll(names(topics)));
  }

  /** Waits until the members of a group have all partitions of a VM. */
  void awaitJoined(String group, VmTopics topics, Duration timeout)
      throws IOException, InterruptedException {
    await(
        "no sink took over all partitions of " + topics.vm(),
        timeout,
        () -> assigned(group, topics) == PARTITIONS);
  }

  private static void await(String otherwise, Duration timeout, Condition condition)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    while (!condition.holds()) {
      if (System.nanoTime() > deadline) {
        throw new IOException(otherwise);
      }
      Thread.sleep(100);
    }
  }

  private static Set<String> names(VmTopics topics) {
    return Set.of(topics.pages(), topics.checkpoints());
  }

  private long assigned(String group, VmTopics topics) throws IOException, InterruptedException {
    ConsumerGroupDescription description;
    try {
      description =
          Objects.requireNonNull(
              get(admin.describeConsumerGroups(List.of(group)).all()).get(group));
    } catch (IOException e) {
      if (e.getCause() instanceof ApiException) {
        return 0; // There is no such group yet.
      }
      throw e;
    }
    return description.members().stream()
        .flatMap(member -> member.assignment().topicPartitions().stream())
        .filter(partition -> names(topics).contains(partition.topic()))
        .count();
  }

  /** As large as the log is on disk. */
  double bytes(VmTopics topics) throws IOException, InterruptedException {
    int broker = get(admin.describeCluster().nodes()).iterator().next().id();
    double bytes = 0;
    Map<String, LogDirDescription> directories =
        Objects.requireNonNull(
            get(admin.describeLogDirs(List.of(broker)).allDescriptions()).get(broker));
    for (LogDirDescription directory : directories.values()) {
      bytes +=
          directory.replicaInfos().entrySet().stream()
              .filter(replica -> names(topics).contains(replica.getKey().topic()))
              .mapToLong(replica -> replica.getValue().size())
              .sum();
    }
    return bytes;
  }

  /** Makes room on the disk; nobody waits for it. */
  void delete(VmTopics topics) {
    admin.deleteTopics(names(topics));
  }

  private static <T> T get(KafkaFuture<T> future) throws IOException, InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw new IOException("Kafka: " + e.getMessage(), e.getCause());
    }
  }

  @Override
  public void close() {
    admin.close();
  }
}
