package dev.ramtide.sink.consume;

import dev.ramtide.refusal.RefusedException;
import dev.ramtide.refusal.Right;
import dev.ramtide.wire.VmTopics;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Removes what a cluster has of one VM: its two topics by their exact names, and of each consumer
 * group what it committed for them. A group that has nothing else goes as a whole; one that follows
 * other VMs too, or has members, stays.
 */
public final class VmDeletion implements Closeable {
  private static final String AT_WORK = "a sink of it is at work, so its places go with the topics";

  private final Admin admin;
  private final VmTopics topics;

  /**
   * A consumer group that has to do with the VM.
   *
   * @param committed its places in the VM's topics
   * @param isShared whether it has other places, or members: those may be there for another VM
   * @param atWork members of sinks that hold partitions of the VM now
   */
  public record Group(
      String name, Set<TopicPartition> committed, boolean isShared, List<String> atWork) {}

  /**
   * What there is to remove.
   *
   * @param topics that exist
   */
  public record Found(List<String> topics, List<Group> groups) {
    public boolean isNothing() {
      return topics.isEmpty() && groups.isEmpty();
    }

    public List<String> atWork() {
      return groups.stream()
          .flatMap(group -> group.atWork().stream().map(who -> who + " of group " + group.name()))
          .toList();
    }

    /** What becomes of the groups if Kafka lets us. */
    public Forgotten planned() {
      List<String> whole = new ArrayList<>();
      List<String> shared = new ArrayList<>();
      groups.forEach(group -> (group.isShared() ? shared : whole).add(group.name()));
      return new Forgotten(whole, shared, Map.of());
    }
  }

  /**
   * What became of the groups, by name.
   *
   * @param whole removed as a whole
   * @param shared of which only this VM's places were removed
   * @param left where nothing was removed, and why
   */
  public record Forgotten(List<String> whole, List<String> shared, Map<String, String> left) {}

  public VmDeletion(ConsumerSettings settings, VmTopics topics) {
    this.admin = settings.admin("delete");
    this.topics = topics;
  }

  public Found look() throws IOException, InterruptedException {
    Set<String> existing = ClusterCalls.topicNames(admin);
    List<String> ours = new ArrayList<>();
    for (String topic : List.of(topics.pages(), topics.checkpoints())) {
      if (existing.contains(topic) || isThereAllTheSame(topic)) {
        ours.add(topic);
      }
    }
    return new Found(ours, groups());
  }

  /**
   * In a list of topics those that may not be seen are missing as if they were not there; asked for
   * by name, Kafka tells.
   */
  private boolean isThereAllTheSame(String topic) throws IOException, InterruptedException {
    try {
      ClusterCalls.answer(
          admin.describeTopics(List.of(topic)).allTopicNames(),
          "looking up " + topic,
          Right.onTopic(AclOperation.DELETE, topic)); // Who may delete may describe.
      return true; // It has come just now.
    } catch (IOException e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        return false;
      }
      throw e;
    }
  }

  /**
   * Returns when they are gone. Can be repeated: what is gone already is no error.
   *
   * @throws IOException one is not; the message says which
   */
  public void deleteTopics(Found found) throws IOException, InterruptedException {
    Map<String, KafkaFuture<Void>> answers = admin.deleteTopics(found.topics()).topicNameValues();
    List<String> gone = new ArrayList<>();
    List<String> refused = new ArrayList<>();
    for (String topic : found.topics()) {
      Optional<String> objection =
          objection(
              Objects.requireNonNull(answers.get(topic)),
              Right.onTopic(AclOperation.DELETE, topic));
      objection.ifPresentOrElse(
          why -> refused.add(topic + " (" + why + ")"), () -> gone.add(topic));
    }
    if (!refused.isEmpty()) {
      throw new IOException(
          "Kafka did not delete "
              + String.join(", ", refused)
              + (gone.isEmpty() ? "" : "; gone is " + String.join(", ", gone))
              + "; nothing else was removed. May this user delete topics, do the brokers allow it"
              + " (delete.topic.enable), are they up? Then run it again");
    }
  }

  /**
   * Removes what the groups have committed, as far as Kafka lets us: with the topics gone there is
   * no way back, and it forgets the places in them itself in time.
   */
  public Forgotten forgetPlaces(Found found) throws InterruptedException {
    List<String> whole = new ArrayList<>();
    List<String> shared = new ArrayList<>();
    Map<String, String> left = new TreeMap<>();
    for (Group group : found.groups()) {
      Optional<String> objection = group.atWork().isEmpty() ? forget(group) : Optional.of(AT_WORK);
      if (objection.isPresent()) {
        left.put(group.name(), objection.get());
      } else {
        (group.isShared() ? shared : whole).add(group.name());
      }
    }
    return new Forgotten(whole, shared, left);
  }

  private Optional<String> forget(Group group) throws InterruptedException {
    return objection(
        group.isShared()
            ? admin.deleteConsumerGroupOffsets(group.name(), group.committed()).all()
            : admin.deleteConsumerGroups(List.of(group.name())).all(),
        Right.onGroup(AclOperation.DELETE, group.name()));
  }

  /** Why Kafka did not do it; nothing when it is done, or was gone already. */
  private static Optional<String> objection(KafkaFuture<Void> answer, Right needed)
      throws InterruptedException {
    try {
      ClusterCalls.answerUnlessGone(answer, "refused", needed);
      return Optional.empty();
    } catch (RefusedException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      Throwable cause = Objects.requireNonNull(e.getCause());
      return Optional.of(String.valueOf(cause.getMessage()));
    }
  }

  private List<Group> groups() throws IOException, InterruptedException {
    List<String> names =
        ClusterCalls.answer(
                admin.listGroups(ListGroupsOptions.forConsumerGroups()).all(),
                "listing the consumer groups",
                Right.onCluster(AclOperation.DESCRIBE))
            .stream()
            .map(GroupListing::groupId)
            .sorted()
            .toList();
    if (names.isEmpty()) {
      return List.of();
    }
    Map<String, ListConsumerGroupOffsetsSpec> asked = new TreeMap<>();
    names.forEach(name -> asked.put(name, new ListConsumerGroupOffsetsSpec()));
    Map<String, Map<TopicPartition, OffsetAndMetadata>> committed =
        ClusterCalls.answer(
            admin.listConsumerGroupOffsets(asked).all(),
            "asking what the groups have committed",
            onGroups(names));
    Map<String, ConsumerGroupDescription> described =
        ClusterCalls.answer(
            admin.describeConsumerGroups(names).all(),
            "asking who is in the groups",
            onGroups(names));
    List<Group> ours = new ArrayList<>();
    for (String name : names) {
      Set<TopicPartition> places = committed.getOrDefault(name, Map.of()).keySet();
      Group group = group(name, places, Objects.requireNonNull(described.get(name)).members());
      if (!group.committed().isEmpty() || !group.atWork().isEmpty()) {
        ours.add(group);
      }
    }
    return ours;
  }

  private static Right onGroups(List<String> names) {
    return new Right(AclOperation.DESCRIBE, "--group", Set.copyOf(names));
  }

  private Group group(
      String name, Set<TopicPartition> committed, Collection<MemberDescription> members) {
    Set<TopicPartition> own = new HashSet<>(committed);
    own.removeIf(partition -> !isOurs(partition));
    List<String> atWork =
        members.stream()
            .filter(member -> member.assignment().topicPartitions().stream().anyMatch(this::isOurs))
            .map(member -> "a sink on " + member.host())
            .distinct()
            .sorted()
            .toList();
    boolean isShared = own.size() < committed.size() || !members.isEmpty();
    return new Group(name, own, isShared, atWork);
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
