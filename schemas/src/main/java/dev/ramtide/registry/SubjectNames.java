package dev.ramtide.registry;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** Under which name a schema is registered: Confluent's three ways. */
public enum SubjectNames {
  /** One type in a topic. A VM's checkpoints topic has several. */
  TOPIC("TopicNameStrategy") {
    @Override
    public String of(String topic, String record) {
      return topic + "-value";
    }
  },
  /** One schema for all VMs. */
  RECORD("RecordNameStrategy") {
    @Override
    public String of(String topic, String record) {
      return record;
    }
  },
  /** Several types in a topic, each topic with subjects of its own. */
  TOPIC_RECORD("TopicRecordNameStrategy") {
    @Override
    public String of(String topic, String record) {
      return topic + "-" + record;
    }
  };

  private static final String CONFLUENTS = "io.confluent.kafka.serializers.subject.";

  private final String className;

  SubjectNames(String className) {
    this.className = className;
  }

  /**
   * @param topic that the record is written to
   * @param record full name of its schema
   */
  public abstract String of(String topic, String record);

  /** By the name of Confluent's class, with its package or without. */
  static Optional<SubjectNames> named(String className) {
    return Arrays.stream(values())
        .filter(
            names ->
                className.equals(names.className) || className.equals(CONFLUENTS + names.className))
        .findFirst();
  }

  static String known() {
    return Arrays.stream(values()).map(names -> names.className).collect(Collectors.joining(", "));
  }
}
