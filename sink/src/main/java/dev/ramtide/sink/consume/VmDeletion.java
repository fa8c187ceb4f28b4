package dev.ramtide.sink.consume;

import dev.ramtide.wire.VmTopics;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Removes what a cluster has of one VM: its two topics by their exact names, and of each consumer
 * group what it committed for them. A group that has nothing else goes as a whole; one that follows
 * other VMs too stays.
 */
public final class VmDeletion implements Closeable {
  private final Admin admin;
  private final VmTopics topics;

  /** A consumer group that has to do with the VM. */
  private record Group(Set<TopicPartition> committed, boolean hasOthers, List<String> members) {}

  /**
   * What there is to remove.
   *
   * @param topics that exist
   * @param groups that have nothing but this VM, removed as a whole
   * @param sharedGroups of which only this VM's places are removed
   * @param atWork members of sinks that hold partitions of the VM now
   */
  public record Found(
      List<String> topics, List<String> groups, List<String> sharedGroups, List<String> atWork) {
    public boolean isNothing() {
      return topics.isEmpty() && groups.isEmpty() && sharedGroups.isEmpty();
    }
  }

  public VmDeletion(ConsumerSettings settings, VmTopics topics) {
    this.admin = settings.admin();
    this.topics = topics;
  }

  public Found look() throws IOException, InterruptedException {
    return found(groups());
  }

  private Found found(Map<String, Group> groups) throws IOException, InterruptedException {
    Set<String> existing = ClusterCalls.topicNames(admin);
    List<String> ours =
        List.of(topics.pages(), topics.checkpoints()).stream().filter(existing::contains).toList();
    List<String> alone = new ArrayList<>();
    List<String> shared = new ArrayList<>();
    List<String> atWork = new ArrayList<>();
    groups.forEach(
        (name, group) -> {
          (group.hasOthers() ? shared : alone).add(name);
          group.members().forEach(member -> atWork.add(member + " of group " + name));
        });
    return new Found(ours, alone, shared, atWork);
  }

  /** Returns when all of it is gone. Can be repeated: what is gone already is no error. */
  public void delete() throws IOException, InterruptedException {
    Map<String, Group> groups = groups();
    Found found = found(groups);
    ClusterCalls.answer(
        admin.deleteTopics(found.topics()).all(), "deleting the topics " + found.topics());
    for (Map.Entry<String, Group> group : groups.entrySet()) {
      if (!group.getValue().members().isEmpty()) {
        continue; // A group at work cannot be removed; with its topic gone Kafka forgets the
        // places.
      } else if (group.getValue().hasOthers()) {
        forgetPlaces(group.getKey(), group.getValue());
      } else {
        ClusterCalls.answerUnlessGone(
            admin.deleteConsumerGroups(List.of(group.getKey())).all(),
            "deleting the consumer group " + group.getKey());
      }
    }
  }

  private void forgetPlaces(String name, Group group) throws IOException, InterruptedException {
    ClusterCalls.answerUnlessGone(
        admin.deleteConsumerGroupOffsets(name, group.committed()).all(),
        "removing what the consumer group " + name + " has committed for " + topics.vm());
  }

  private Map<String, Group> groups() throws IOException, InterruptedException {
    List<String> names =
        ClusterCalls.answer(
                admin.listGroups(ListGroupsOptions.forConsumerGroups()).all(),
                "listing the consumer groups")
            .stream()
            .map(GroupListing::groupId)
            .toList();
    Map<String, Group> ours = new TreeMap<>();
    if (names.isEmpty()) {
      return ours;
    }
    Map<String, ListConsumerGroupOffsetsSpec> asked = new TreeMap<>();
    names.forEach(name -> asked.put(name, new ListConsumerGroupOffsetsSpec()));
    Map<String, Map<TopicPartition, OffsetAndMetadata>> committed =
        ClusterCalls.answer(
            admin.listConsumerGroupOffsets(asked).all(), "asking what the groups have committed");
    Map<String, ConsumerGroupDescription> described =
        ClusterCalls.answer(
            admin.describeConsumerGroups(names).all(), "asking who is in the groups");
    for (String name : names) {
      Group group = group(committed.getOrDefault(name, Map.of()).keySet(), described.get(name));
      if (!group.committed().isEmpty() || !group.members().isEmpty()) {
        ours.put(name, group);
      }
    }
    return ours;
  }

  private Group group(Set<TopicPartition> committed, @Nullable ConsumerGroupDescription described) {
    Set<TopicPartition> own = new HashSet<>(committed);
    own.removeIf(partition -> !isOurs(partition));
    Set<String> members = new TreeSet<>();
    if (described != null) {
      described.members().stream()
          .filter(member -> member.assignment().topicPartitions().stream().anyMatch(this::isOurs))
          .forEach(member -> members.add("a sink on " + member.host()));
    }
    return new Group(own, own.size() < committed.size(), List.copyOf(members));
  }

  private boolean isOurs(TopicPartition partition) {
    return partition.topic().equals(topics.pages())
        || partition.topic().equals(topics.checkpoints());
  }

  @Override
  public void close() {
    admin.close(Duration.ofSeconds(5));
  }
}
