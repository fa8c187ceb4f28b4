package dev.ramtide.producer.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.ramtide.wire.EventCodec;
import java.time.Duration;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

class EpochClientsTest {
  private final JoiningProducer pages = new JoiningProducer();
  private final JoiningProducer checkpoints = new JoiningProducer();
  private final MockConsumer<byte[], byte[]> reader = new MockConsumer<>("earliest");
  private final EpochClients clients =
      new EpochClients(
          new CheckpointsWriter(TestSettings.SETTINGS, checkpoints, new EventCodec()),
          new CheckpointsReader(TestSettings.SETTINGS, reader, new EventCodec(), new OwnClaims()),
          new PagePublisher(
              TestSettings.SETTINGS,
              new PagePublisher.Way(pages, new EventCodec()),
              new long[] {0, 0},
              new PublishMeter()));

  @Test
  void whoIsToldToStopClosesThemAll() {
    Thread.currentThread().interrupt();
    clients.close();
    assertThat(Thread.interrupted()).as("still told to stop").isTrue();
    requireClosed();
  }

  @Test
  void oneThatCannotBeClosedDoesNotKeepTheOthersOpen() {
    pages.broken = true;
    assertThatExceptionOfType(KafkaException.class)
        .isThrownBy(clients::close)
        .withMessage("broken");
    requireClosed();
  }

  private void requireClosed() {
    assertThat(pages.closed()).isTrue();
    assertThat(checkpoints.closed()).isTrue();
    assertThat(reader.closed()).isTrue();
  }

  /** Joins a thread as it is closed, as Kafka's own does. */
  private static final class JoiningProducer extends MockProducer<byte[], byte[]> {
    private boolean broken;

    JoiningProducer() {
      super(true, null, new ByteArraySerializer(), new ByteArraySerializer());
    }

    @Override
    public void close(Duration timeout) {
      super.close(timeout);
      if (Thread.interrupted()) {
        throw new InterruptException(new InterruptedException());
      }
      if (broken) {
        throw new KafkaException("broken");
      }
    }
  }
}
