package dev.ramtide.producer.publish;

import dev.ramtide.checkpoint.TopicIds;
import dev.ramtide.refusal.RefusedException;
import dev.ramtide.refusal.Right;
import dev.ramtide.wire.VmTopics;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Sees to it that both topics of a VM exist and are as they must be. */
final class TopicProvisioner {
  /** A topic just created is not known to every broker at once. */
  private static final int ATTEMPTS = 50;

  private static final long PAUSE_MS = 100;

  private final Admin admin;
  private final LogSettings settings;

  TopicProvisioner(Admin admin, LogSettings settings) {
    this.admin = admin;
    this.settings = settings;
  }

  /**
   * @throws IOException the topics cannot be created, or are not as they must be: nothing was
   *     changed
   */
  TopicIds provide() throws IOException {
    VmTopics topics = settings.topics();
    Map<String, TopicDescription> found = asked(AclOperation.WRITE, this::describe);
    if (found.size() < 2) {
      Map<String, TopicDescription> incomplete = found;
      asked(
          AclOperation.CREATE,
          () -> {
            TopicRules.checkNoneWasDeleted(admin, topics, incomplete);
            create(incomplete);
            return incomplete;
          });
      found = asked(AclOperation.WRITE, this::awaitBoth);
    }
    Map<String, TopicDescription> both = found;
    requireRights(both);
    asked(
        AclOperation.DESCRIBE_CONFIGS,
        () -> {
          TopicRules.check(admin, settings, both);
          return both;
        });
    return new TopicIds(idOf(topics.pages(), both), idOf(topics.checkpoints(), both));
  }

  /** Something that is asked of Kafka. */
  private interface Question<T> {
    T ask() throws ExecutionException, InterruptedException, IOException;
  }

  /**
   * @param needed the right that is missing if Kafka refuses; who may write may describe
   */
  private <T> T asked(AclOperation needed, Question<T> question) throws IOException {
    VmTopics topics = settings.topics();
    try {
      return question.ask();
    } catch (ExecutionException | InterruptedException | KafkaException e) {
      Right right = Right.onTopics(needed, List.of(topics.pages(), topics.checkpoints()));
      throw LogException.of(settings.servers(), preparing(), e, right);
    }
  }

  /**
   * What is needed later is looked for now, before a guest is touched: the right to write pages
   * would be missed with the first of them.
   */
  private void requireRights(Map<String, TopicDescription> found) throws IOException {
    VmTopics topics = settings.topics();
    requireRight(AclOperation.WRITE, topics.checkpoints(), found);
    requireRight(AclOperation.READ, topics.checkpoints(), found);
    requireRight(AclOperation.WRITE, topics.pages(), found);
  }

  private void requireRight(
      AclOperation operation, String topic, Map<String, TopicDescription> found)
      throws IOException {
    Set<AclOperation> granted = Objects.requireNonNull(found.get(topic)).authorizedOperations();
    // A broker that was made before this question answers nothing.
    if (granted != null && !granted.isEmpty() && !granted.contains(operation)) {
      throw new RefusedException(
          "Kafka at " + settings.servers() + ": " + preparing() + " failed",
          Right.onTopic(operation, topic));
    }
  }

  private String preparing() {
    return "preparing the topics of VM " + settings.topics().vm();
  }

  private Map<String, TopicDescription> describe() throws ExecutionException, InterruptedException {
    VmTopics topics = settings.topics();
    Map<String, TopicDescription> found = new HashMap<>();
    Map<String, KafkaFuture<TopicDescription>> answers =
        admin
            .describeTopics(
                List.of(topics.pages(), topics.checkpoints()),
                new DescribeTopicsOptions().includeAuthorizedOperations(true))
            .topicNameValues();
    for (Map.Entry<String, KafkaFuture<TopicDescription>> answer : answers.entrySet()) {
      try {
        found.put(answer.getKey(), answer.getValue().get());
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
          throw e;
        }
      }
    }
    return found;
  }

  private void create(Map<String, TopicDescription> found)
      throws ExecutionException, InterruptedException {
    VmTopics topics = settings.topics();
    List<NewTopic> missing = new ArrayList<>();
    if (!found.containsKey(topics.pages())) {
      missing.add(newTopic(topics.pages(), settings.partitionCount(), VmTopics.pagesConfig()));
    }
    if (!found.containsKey(topics.checkpoints())) {
      missing.add(newTopic(topics.checkpoints(), 1, VmTopics.checkpointsConfig()));
    }
    CreateTopicsResult created = admin.createTopics(missing);
    for (KafkaFuture<Void> answer : created.values().values()) {
      try {
        answer.get();
      } catch (ExecutionException e) {
        // Another agent was faster; which of us goes on is decided by the claims, and the topic is
        // checked like any.
        if (!(e.getCause() instanceof TopicExistsException)) {
          throw e;
        }
      }
    }
  }

  private NewTopic newTopic(String name, int partitionCount, Map<String, String> config) {
    OptionalInt factor = settings.replicationFactor();
    Optional<Short> replication =
        factor.isPresent() ? Optional.of((short) factor.getAsInt()) : Optional.empty();
    return new NewTopic(name, Optional.of(partitionCount), replication).configs(config);
  }

  private Map<String, TopicDescription> awaitBoth()
      throws ExecutionException, InterruptedException {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Map<String, TopicDescription> found = describe();
      if (found.size() == 2) {
        return found;
      }
      Thread.sleep(PAUSE_MS);
    }
    throw new UnknownTopicOrPartitionException("a topic that was just created cannot be found");
  }

  private static UUID idOf(String topic, Map<String, TopicDescription> found) {
    Uuid id = Objects.requireNonNull(found.get(topic), topic).topicId();
    return new UUID(id.getMostSignificantBits(), id.getLeastSignificantBits());
  }
}
