package dev.ramtide.sink.consume;

import org.apache.kafka.common.TopicPartition;

/** What a partition may ask of the consumer that delivers to it. Only for the consumer's thread. */
interface PartitionFeed {
  /** What it is a side of. */
  TopicPartition partition();

  /** The oldest record that the log still has. */
  long beginning();

  /** The next delivery begins with this record. */
  void seek(long recordOffset);

  void pause();

  void resume();

  /** Tells Kafka's monitors how far the image is; nothing depends on it. */
  void commit(long recordOffset);
}
