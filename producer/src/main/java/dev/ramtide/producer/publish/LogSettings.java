package dev.ramtide.producer.publish;

import dev.ramtide.checkpoint.SkippedRecords;
import dev.ramtide.encryption.WriterKeys;
import dev.ramtide.wire.VmTopics;
import java.util.OptionalInt;
import java.util.Properties;

/**
 * Where a VM's log is, and how it is written.
 *
 * @param client properties for Kafka's clients, as the operator gave them; not changed
 * @param partitionCount of the pages topic; fixed for the life of the topic
 * @param replicationFactor for topics that are created, or empty for the broker's default
 * @param payloadBytes page bytes of a full event
 * @param agentHost who we are, for people who read the log
 * @param skipped records of the checkpoints topic that an operator passes over when they are
 *     refused
 * @param keys what the guest's bytes are encrypted with
 */
public record LogSettings(
    Properties client,
    VmTopics topics,
    int partitionCount,
    OptionalInt replicationFactor,
    int payloadBytes,
    String agentHost,
    SkippedRecords skipped,
    WriterKeys keys) {
  /** For a log of which nothing is passed over, and nothing is encrypted. */
  public LogSettings(
      Properties client,
      VmTopics topics,
      int partitionCount,
      OptionalInt replicationFactor,
      int payloadBytes,
      String agentHost) {
    this(
        client,
        topics,
        partitionCount,
        replicationFactor,
        payloadBytes,
        agentHost,
        SkippedRecords.NONE,
        WriterKeys.NONE);
  }

  /** The same log by clients that are told something else. */
  LogSettings withClient(Properties other) {
    return new LogSettings(
        other, topics, partitionCount, replicationFactor, payloadBytes, agentHost, skipped, keys);
  }

  /** Where Kafka is, as configured: for messages. */
  String servers() {
    return client.getProperty("bootstrap.servers", "(no bootstrap.servers)");
  }
}
