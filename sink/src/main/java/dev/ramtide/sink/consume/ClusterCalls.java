package dev.ramtide.sink.consume;

import dev.ramtide.checkpoint.TopicIds;
import dev.ramtide.wire.VmTopics;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** The few questions that a sink asks the cluster, with answers a person can act upon. */
public final class ClusterCalls {
  private ClusterCalls() {}

  public static Set<String> topicNames(Admin admin) throws IOException, InterruptedException {
    return answer(admin.listTopics().names(), "listing the topics");
  }

  /** Every topic, with Kafka's id of it. */
  static Map<String, UUID> topics(Admin admin) throws IOException, InterruptedException {
    Map<String, UUID> topics = new HashMap<>();
    answer(admin.listTopics().namesToListings(), "listing the topics")
        .forEach((name, topic) -> topics.put(name, of(topic.topicId())));
    return topics;
  }

  /** Kafka's ids of a VM's topics as they are now. */
  public static TopicIds topicIds(Admin admin, VmTopics topics)
      throws IOException, InterruptedException {
    List<String> names = List.of(topics.pages(), topics.checkpoints());
    Map<String, TopicDescription> found =
        answer(admin.describeTopics(names).allTopicNames(), "looking up " + names);
    return new TopicIds(idOf(topics.pages(), found), idOf(topics.checkpoints(), found));
  }

  private static UUID idOf(String topic, Map<String, TopicDescription> found) {
    return of(Objects.requireNonNull(found.get(topic), topic).topicId());
  }

  private static UUID of(Uuid id) {
    return new UUID(id.getMostSignificantBits(), id.getLeastSignificantBits());
  }

  /** As {@link #answer}, for what may have gone by itself meanwhile. */
  static void answerUnlessGone(KafkaFuture<Void> future, String what)
      throws IOException, InterruptedException {
    try {
      answer(future, what);
    } catch (IOException e) {
      boolean gone =
          e.getCause() instanceof GroupIdNotFoundException
              || e.getCause() instanceof UnknownTopicOrPartitionException;
      if (!gone) {
        throw e;
      }
    }
  }

  static <T> T answer(KafkaFuture<T> future, String what) throws IOException, InterruptedException {
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
      throw new IOException(
          what + ": " + cause.getMessage() + ". Is the broker up, and is --bootstrap-server right?",
          cause);
    }
  }
}
