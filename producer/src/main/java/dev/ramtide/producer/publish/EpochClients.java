package dev.ramtide.producer.publish;

/** The Kafka clients of one epoch. */
record EpochClients(CheckpointsWriter writer, CheckpointsReader reader, PagePublisher pages)
    implements AutoCloseable {
  @Override
  public void close() {
    pages.close();
    writer.close();
    reader.close();
  }
}
