package dev.ramtide.producer.publish;

import dev.ramtide.checkpoint.TopicIds;
import dev.ramtide.wire.VmTopics;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.Uuid;
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
    try {
      Map<String, TopicDescription> found = describe();
      if (found.size() < 2) {
        TopicRules.checkNoneWasDeleted(admin, topics, found);
        create(found);
        found = awaitBoth();
      }
      TopicRules.check(admin, settings, found);
      return new TopicIds(idOf(topics.pages(), found), idOf(topics.checkpoints(), found));
    } catch (ExecutionException | InterruptedException | KafkaException e) {
      throw LogException.of(settings.servers(), "preparing the topics of VM " + topics.vm(), e);
    }
  }

  private Map<String, TopicDescription> describe() throws ExecutionException, InterruptedException {
    VmTopics topics = settings.topics();
    Map<String, TopicDescription> found = new HashMap<>();
    Map<String, KafkaFuture<TopicDescription>> answers =
        admin.describeTopics(List.of(topics.pages(), topics.checkpoints())).topicNameValues();
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
