package dev.ramtide.producer.publish;

import java.util.List;

/** The Kafka clients of one epoch. */
record EpochClients(CheckpointsWriter writer, CheckpointsReader reader, PagePublisher pages)
    implements AutoCloseable {
  @Override
  public void close() {
    closeAll(List.of(pages::close, writer::close, reader::close));
  }

  /**
   * Closes all of them, also when this thread was told to stop: Kafka's clients join threads of
   * their own, and give up with an exception when they are interrupted. The interrupt is kept.
   */
  static void closeAll(List<Runnable> closings) {
    boolean interrupted = Thread.interrupted();
    try {
      closeEach(closings);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static void closeEach(List<Runnable> closings) {
    if (!closings.isEmpty()) {
      try {
        closings.get(0).run();
      } finally {
        closeEach(closings.subList(1, closings.size()));
      }
    }
  }
}
