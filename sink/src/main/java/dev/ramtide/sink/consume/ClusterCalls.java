package dev.ramtide.sink.consume;

import dev.ramtide.checkpoint.TopicIds;
import dev.ramtide.refusal.ClientProperty;
import dev.ramtide.refusal.Refusal;
import dev.ramtide.refusal.RefusedException;
import dev.ramtide.refusal.Right;
import dev.ramtide.wire.VmTopics;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** The few questions that a sink asks the cluster, with answers a person can act upon. */
public final class ClusterCalls {
  private static final Right NO_TOPIC = Right.onTopics(AclOperation.DESCRIBE, Set.of());

  private ClusterCalls() {}

  private static IOException unanswered(String what, Throwable cause) {
    return new IOException(
        what
            + ": "
            + Refusal.told(cause)
            + ". Is the broker up, is --bootstrap-server right, and does the broker want TLS: "
            + ClientProperty.settable("security.protocol")
            + "?",
        cause);
  }

  public static Set<String> topicNames(Admin admin) throws IOException, InterruptedException {
    return answer(admin.listTopics().names(), "listing the topics", NO_TOPIC);
  }

  /** Every topic, with Kafka's id of it. */
  static Map<String, UUID> topics(Admin admin) throws IOException, InterruptedException {
    Map<String, UUID> topics = new HashMap<>();
    answer(admin.listTopics().namesToListings(), "listing the topics", NO_TOPIC)
        .forEach((name, topic) -> topics.put(name, of(topic.topicId())));
    return topics;
  }

  /** Kafka's ids of a VM's topics as they are now. */
  public static TopicIds topicIds(Admin admin, VmTopics topics)
      throws IOException, InterruptedException {
    List<String> names = List.of(topics.pages(), topics.checkpoints());
    Map<String, TopicDescription> found =
        answer(
            admin.describeTopics(names).allTopicNames(),
            "looking up " + names,
            Right.onTopics(AclOperation.READ, names)); // Who may read may describe.
    return new TopicIds(idOf(topics.pages(), found), idOf(topics.checkpoints(), found));
  }

  /** Whether a VM's records may be deleted; asked before the first is. */
  static void requireDeletable(Admin admin, VmTopics topics)
      throws IOException, InterruptedException {
    List<String> names = List.of(topics.pages(), topics.checkpoints());
    String looking = "looking up " + names;
    Map<String, TopicDescription> found =
        answer(
            admin
                .describeTopics(
                    names, new DescribeTopicsOptions().includeAuthorizedOperations(true))
                .allTopicNames(),
            looking,
            Right.onTopics(AclOperation.DELETE, names)); // Who may delete may describe.
    for (TopicDescription topic : found.values()) {
      Set<AclOperation> granted = topic.authorizedOperations();
      // A broker that was made before this question answers nothing.
      if (granted != null && !granted.isEmpty() && !granted.contains(AclOperation.DELETE)) {
        throw new RefusedException(looking, Right.onTopic(AclOperation.DELETE, topic.name()));
      }
    }
  }

  /** A partition without a leader has no end, and the client asks for it until the time is over. */
  static SinkClients.Ends ends(Admin admin, Set<TopicPartition> partitions, Duration patience)
      throws InterruptedException {
    Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
    partitions.forEach(partition -> asked.put(partition, OffsetSpec.latest()));
    int patienceMs = Math.toIntExact(patience.toMillis());
    ListOffsetsResult answers =
        admin.listOffsets(asked, new ListOffsetsOptions().timeoutMs(patienceMs));
    SinkClients.Ends ends = new SinkClients.Ends(new HashMap<>(), new HashMap<>());
    for (TopicPartition partition : partitions) {
      Right read = Right.onTopic(AclOperation.READ, partition.topic()); // He may describe, too.
      try {
        ends.recordOffsets()
            .put(
                partition,
                answer(
                        answers.partitionResult(partition),
                        "asking where " + partition.topic() + " ends",
                        read)
                    .offset());
      } catch (IOException e) {
        ends.unknown().put(partition, e);
      }
    }
    return ends;
  }

  private static UUID idOf(String topic, Map<String, TopicDescription> found) {
    return of(Objects.requireNonNull(found.get(topic), topic).topicId());
  }

  private static UUID of(Uuid id) {
    return new UUID(id.getMostSignificantBits(), id.getLeastSignificantBits());
  }

  /** As {@link #answer}, for what may have gone by itself meanwhile. */
  static void answerUnlessGone(KafkaFuture<Void> future, String what, Right needed)
      throws IOException, InterruptedException {
    try {
      answer(future, what, needed);
    } catch (IOException e) {
      boolean gone =
          e.getCause() instanceof GroupIdNotFoundException
              || e.getCause() instanceof UnknownTopicOrPartitionException;
      if (!gone) {
        throw e;
      }
    }
  }

  /**
   * @param needed the right to ask this
   */
  static <T> T answer(KafkaFuture<T> future, String what, Right needed)
      throws IOException, InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      Throwable cause = Objects.requireNonNull(e.getCause());
      if (cause instanceof UnknownTopicOrPartitionException) {
        throw new IOException(
            what
                + ": no such topic. Has an agent ever published this VM, with the same"
                + " --topic-prefix and --bootstrap-server?",
            cause);
      }
      throw Refusal.of(what, cause, needed).orElseGet(() -> unanswered(what, cause));
    }
  }
}
