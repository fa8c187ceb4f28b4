package dev.ramtide.refusal;

import java.util.Collection;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;

/**
 * What a user may do to something in a cluster, if it was granted to him.
 *
 * @param option by which {@code kafka-acls.sh} names the resource, such as {@code --topic}
 * @param names of topics or groups; none for the cluster, which has no name
 */
public record Right(AclOperation operation, String option, Set<String> names) {
  public Right {
    names = Set.copyOf(names);
  }

  public static Right onTopics(AclOperation operation, Collection<String> topics) {
    return new Right(operation, "--topic", Set.copyOf(topics));
  }

  public static Right onTopic(AclOperation operation, String topic) {
    return onTopics(operation, Set.of(topic));
  }

  public static Right onGroup(AclOperation operation, String group) {
    return new Right(operation, "--group", Set.of(group));
  }

  public static Right onCluster(AclOperation operation) {
    return new Right(operation, "--cluster", Set.of());
  }

  /** As a refusal says more exactly, where it does. */
  Right narrowedBy(Throwable refusal) {
    if (refusal instanceof TopicAuthorizationException topics
        && !topics.unauthorizedTopics().isEmpty()) {
      // To make a group forget its places in a topic takes the right to read that.
      AclOperation ofTopics = option.equals("--group") ? AclOperation.READ : operation;
      return onTopics(ofTopics, topics.unauthorizedTopics());
    }
    if (refusal instanceof GroupAuthorizationException group) { // To join, and to commit.
      boolean named = group.groupId() != null; // A heartbeat's refusal is not.
      return new Right(
          AclOperation.READ, "--group", named ? Set.of(group.groupId()) : groupIfAny());
    }
    return this;
  }

  private Set<String> groupIfAny() {
    return option.equals("--group") ? names : Set.of();
  }

  /** As {@code kafka-acls.sh} spells it: {@code DescribeConfigs}. */
  private String spelledOperation() {
    String[] words = operation.name().split("_", -1);
    StringBuilder spelled = new StringBuilder();
    for (String word : words) {
      spelled.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
    }
    return spelled.toString();
  }

  /** For a person: {@code Read on topic ramtide.web.pages}. */
  @Override
  public String toString() {
    String resource = option.substring(2);
    String plural = names.size() > 1 ? "s" : "";
    String named = names.isEmpty() ? "" : " " + String.join(", ", new TreeSet<>(names));
    return spelledOperation()
        + " on "
        + (names.isEmpty() ? "the " : "")
        + resource
        + plural
        + named;
  }

  /** The command that grants it, but for who and where. */
  String grant() {
    String unnamed = option.equals("--cluster") ? "" : " NAME";
    String resources =
        names.isEmpty()
            ? " " + option + unnamed
            : new TreeSet<>(names)
                .stream().map(name -> " " + option + " " + name).collect(Collectors.joining());
    return "kafka-acls.sh --bootstrap-server HOST:PORT --command-config ADMIN.properties --add"
        + " --allow-principal User:NAME --operation "
        + spelledOperation()
        + resources;
  }
}
