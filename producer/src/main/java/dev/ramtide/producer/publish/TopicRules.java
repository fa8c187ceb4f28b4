package dev.ramtide.producer.publish;

import dev.ramtide.wire.VmTopics;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;

/** What topics that exist must be like. Each refusal says how to make it good. */
final class TopicRules {
  private TopicRules() {}

  /**
   * Numbers of epochs and places of pages are offsets in these topics: with one of the two gone
   * they mean nothing.
   */
  static void checkNoneWasDeleted(Admin admin, VmTopics topics, Map<String, TopicDescription> found)
      throws IOException, ExecutionException, InterruptedException {
    for (TopicDescription only : found.values()) {
      if (holdsRecords(admin, only)) {
        String missing = only.name().equals(topics.pages()) ? topics.checkpoints() : topics.pages();
        throw new IOException(
            "topic "
                + missing
                + " is missing but "
                + only.name()
                + " holds records: one was deleted without the other. To"
                + " begin anew delete both: kafka-topics.sh --delete --topic "
                + only.name());
      }
    }
  }

  private static boolean holdsRecords(Admin admin, TopicDescription topic)
      throws ExecutionException, InterruptedException {
    Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
    for (TopicPartitionInfo partition : topic.partitions()) {
      ends.put(new TopicPartition(topic.name(), partition.partition()), OffsetSpec.latest());
    }
    return admin.listOffsets(ends).all().get().values().stream()
            .mapToLong(ListOffsetsResultInfo::offset)
            .sum()
        > 0;
  }

  /**
   * @throws IOException a topic is not as it must be
   */
  static void check(Admin admin, LogSettings settings, Map<String, TopicDescription> found)
      throws IOException, ExecutionException, InterruptedException {
    VmTopics topics = settings.topics();
    checkPartitions(described(topics.pages(), found), settings.partitionCount());
    checkPartitions(described(topics.checkpoints(), found), 1);
    ConfigResource pages = new ConfigResource(ConfigResource.Type.TOPIC, topics.pages());
    ConfigResource checkpoints =
        new ConfigResource(ConfigResource.Type.TOPIC, topics.checkpoints());
    Map<ConfigResource, Config> configs =
        admin.describeConfigs(List.of(pages, checkpoints)).all().get();
    checkConfig(
        settings,
        topics.pages(),
        VmTopics.pagesConfig(),
        Objects.requireNonNull(configs.get(pages)));
    checkConfig(
        settings,
        topics.checkpoints(),
        VmTopics.checkpointsConfig(),
        Objects.requireNonNull(configs.get(checkpoints)));
  }

  private static TopicDescription described(String topic, Map<String, TopicDescription> found) {
    return Objects.requireNonNull(found.get(topic), topic);
  }

  private static void checkPartitions(TopicDescription topic, int required) throws IOException {
    int actual = topic.partitions().size();
    if (actual == required) {
      return;
    }
    String remedy =
        required == 1
            ? "its order is the history of the VM; delete both topics of the VM to begin anew"
            : "pages are placed by this number, it can never change: run the agent with --partitions "
                + actual;
    throw new IOException(
        "topic "
            + topic.name()
            + " has "
            + actual
            + " partitions, not "
            + required
            + ": "
            + remedy);
  }

  private static void checkConfig(
      LogSettings settings, String topic, Map<String, String> required, Config actual)
      throws IOException {
    for (Map.Entry<String, String> rule : required.entrySet()) {
      ConfigEntry entry = actual.get(rule.getKey());
      if (entry != null && !satisfies(rule.getKey(), entry.value(), rule.getValue())) {
        throw new IOException(
            "topic "
                + topic
                + " has "
                + rule.getKey()
                + "="
                + entry.value()
                + ", must be "
                + rule.getValue()
                + ": pages would be lost from the log. Set it with: kafka-configs.sh --bootstrap-server "
                + settings.servers()
                + " --alter --entity-type topics --entity-name "
                + topic
                + " --add-config "
                + rule.getKey()
                + "="
                + rule.getValue());
      }
    }
  }

  private static boolean satisfies(String name, String actual, String required) {
    return switch (name) {
      case "max.message.bytes" -> Integer.parseInt(actual) >= Integer.parseInt(required);
      // How records are stored is the operator's choice; that they are stored is not.
      case "compression.type" -> true;
      default -> actual.equals(required);
    };
  }
}
