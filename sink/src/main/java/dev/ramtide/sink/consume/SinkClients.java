package dev.ramtide.sink.consume;

import dev.ramtide.checkpoint.SkippedRecords;
import dev.ramtide.checkpoint.TopicIds;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.encryption.ReaderKeys;
import dev.ramtide.wire.EventCodec;
import dev.ramtide.wire.VmTopics;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.admin.AdminClient;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/**
 * The door between a sink and Kafka. Whoever takes a client closes it.
 *
 * <p>Each has a purpose, such as {@code sink-member-0}: it names the client, to the broker and in
 * metrics. No two clients of a process have the same at a time, and a client has the same after
 * every start, else each start would begin new series.
 *
 * <p>Thread-safe; the clients are not.
 */
public interface SinkClients {
  /** A member of a consumer group, which neither commits by itself nor resets an offset. */
  Consumer<byte[], ByteBuffer> member(String group, String purpose);

  /** A consumer that is told what to read; {@link #close(Consumer)} is for it. */
  Consumer<byte[], ByteBuffer> reader(String purpose);

  /**
   * A reader that goes from place to place. One that waits for records at the last place would
   * answer at the next one only when that wait is over.
   */
  default Consumer<byte[], ByteBuffer> seekingReader(String purpose) {
    return reader(purpose);
  }

  /**
   * Closes a reader at once. Left to itself Kafka's client waits for a fetch that is under way,
   * which the broker holds for half a second: of a restore of 64 MiB that was 1.5 of 2 seconds.
   * There is no group to leave.
   */
  static void close(Consumer<?, ?> reader) {
    reader.close(CloseOptions.timeout(Duration.ZERO));
  }

  Cluster cluster(String purpose);

  /**
   * How values of a VM's topics are read.
   *
   * @throws IOException what is configured for that cannot be
   */
  default EventCodec codec(VmTopics topics) throws IOException {
    return new EventCodec();
  }

  /** What of the log is passed over when it is refused. */
  SkippedRecords skipped();

  /** What it is decrypted with. */
  ReaderKeys keys();

  /** Where the clients connect to, for messages. */
  String bootstrapServers();

  /**
   * Where logs end: of each partition that was asked for either this or why nothing is known.
   *
   * @param recordOffsets exclusive
   * @param unknown a {@link dev.ramtide.refusal.RefusedException} when a right is missing
   */
  record Ends(Map<TopicPartition, Long> recordOffsets, Map<TopicPartition, IOException> unknown) {}

  /** What a sink asks of the cluster besides records. */
  interface Cluster extends Closeable {
    /** Every topic with Kafka's id of it: one that is created again under its name has another. */
    Map<String, UUID> topics() throws IOException, InterruptedException;

    /** Kafka's ids of a VM's topics as they are now. */
    TopicIds topicIds(VmTopics topics) throws IOException, InterruptedException;

    /** The oldest record that each partition still has. */
    Map<TopicPartition, Long> beginnings(Set<TopicPartition> partitions)
        throws IOException, InterruptedException;

    /** Where logs end now, of those whose brokers answer within a time; the others cost no more. */
    Ends ends(Set<TopicPartition> partitions, Duration patience) throws InterruptedException;

    /**
     * Returns when nothing is known that will keep us from deleting records of a VM.
     *
     * @throws IOException we may not; the message says what to grant
     */
    default void requireDeletable(VmTopics topics) throws IOException, InterruptedException {}

    /**
     * Returns when everything before these record offsets is gone.
     *
     * @param vm for messages
     */
    void deleteBefore(Map<TopicPartition, Long> recordOffsets, VmId vm)
        throws IOException, InterruptedException;

    /**
     * What a VM's topics take on a broker's disk, of one replica of each partition; empty when
     * nobody can tell.
     */
    default OptionalLong logBytes(VmTopics topics) throws IOException, InterruptedException {
      return OptionalLong.empty();
    }

    /** The client that asks, for those who watch it; nobody else uses it. */
    default Optional<AdminClient> client() {
      return Optional.empty();
    }

    @Override
    void close();
  }
}
