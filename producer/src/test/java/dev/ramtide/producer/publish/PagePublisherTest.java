package dev.ramtide.producer.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.ramtide.checkpoint.DirtyPages;
import dev.ramtide.checkpoint.PageVersion;
import dev.ramtide.guest.PageKind;
import dev.ramtide.guest.PageRange;
import dev.ramtide.producer.publish.FlushedCapture.RecordRange;
import dev.ramtide.wire.EventCodec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

class PagePublisherTest {
  private final MockProducer<byte[], byte[]> kafka =
      new MockProducer<>(false, null, new ByteArraySerializer(), new ByteArraySerializer());
  private final PagePublisher publisher =
      new PagePublisher(
          TestSettings.SETTINGS,
          new PagePublisher.Way(kafka, new EventCodec()),
          new long[] {0, 7},
          new PublishMeter());

  @Test
  void anEventGoesToItsPartitionWithoutAKey() throws IOException {
    publisher.dirtyPages(1, event(1));
    ProducerRecord<byte[], byte[]> sent = kafka.history().get(0);
    assertThat(sent.topic()).isEqualTo("ramtide.vm1.pages");
    assertThat(sent.partition()).isEqualTo(1);
    assertThat(sent.key()).isNull();
    assertThat(new EventCodec().decodePages(ByteBuffer.wrap(sent.value()))).isEqualTo(event(1));
  }

  @Test
  void whatIsNeitherAcknowledgedNorGivenUpIsInFlight() throws IOException {
    PublishMeter meter = new PublishMeter();
    PagePublisher metered =
        new PagePublisher(
            TestSettings.SETTINGS,
            new PagePublisher.Way(kafka, new EventCodec()),
            new long[] {0, 7},
            meter);
    metered.dirtyPages(0, event(1));
    long one = meter.sentBytes();
    metered.dirtyPages(0, event(2));
    assertThat(one).isPositive();
    assertThat(meter.inFlightBytes()).isEqualTo(2 * one);
    kafka.completeNext();
    assertThat(meter.inFlightBytes()).isEqualTo(one);
    kafka.errorNext(new TimeoutException("too late"));
    assertThat(meter.inFlightBytes()).isZero();
    assertThat(meter.sentBytes()).isEqualTo(2 * one);
  }

  @Test
  void whatTheProducerNeverTookIsNotInFlight() {
    PublishMeter meter = new PublishMeter();
    PagePublisher metered =
        new PagePublisher(
            TestSettings.SETTINGS,
            new PagePublisher.Way(kafka, new EventCodec()),
            new long[] {0, 7},
            meter);
    kafka.sendException = new TimeoutException("buffer is full");
    assertThatIOException().isThrownBy(() -> metered.dirtyPages(0, event(1)));
    kafka.sendException = new IllegalStateException("closed meanwhile");
    assertThatIllegalStateException().isThrownBy(() -> metered.dirtyPages(0, event(2)));
    assertThat(meter.sentBytes()).isPositive();
    assertThat(meter.inFlightBytes()).isZero();
  }

  @Test
  void onlyTheTimeInWhichKafkasClientKeptUsWaitingIsStalled() throws IOException {
    requireStalled("bufferpool-wait-time-ns-total");
  }

  /** While no broker tells who leads a partition. */
  @Test
  void soIsTheTimeInWhichItDidNotKnowWhereTo() throws IOException {
    requireStalled("metadata-wait-time-ns-total");
  }

  private void requireStalled(String waits) throws IOException {
    double[] waited = {0};
    MetricName name = new MetricName(waits, "producer-metrics", "", Map.of());
    kafka.setMockMetrics(name, new Waited(name, waited));
    PublishMeter meter = new PublishMeter();
    PagePublisher metered =
        new PagePublisher(
            TestSettings.SETTINGS,
            new PagePublisher.Way(kafka, new EventCodec()),
            new long[] {0, 7},
            meter);
    metered.dirtyPages(0, event(1));
    assertThat(meter.stalledNanos()).isZero();
    waited[0] = 5e9;
    metered.dirtyPages(0, event(2));
    metered.dirtyPages(0, event(3));
    assertThat(meter.stalledNanos()).isEqualTo(5_000_000_000L);
  }

  private record Waited(MetricName metricName, double[] nanos) implements Metric {
    @Override
    public Object metricValue() {
      return nanos[0];
    }
  }

  @Test
  void aFlushTellsWhereTheEventsSinceTheLastOneLie() throws IOException {
    publisher.dirtyPages(0, event(1));
    publisher.dirtyPages(0, event(2));
    assertThat(publisher.flush()).containsExactly(new RecordRange(0, 2), new RecordRange(7, 7));
    publisher.dirtyPages(0, event(3));
    assertThat(publisher.flush()).containsExactly(new RecordRange(2, 3), new RecordRange(7, 7));
  }

  @Test
  void theFirstFailureIsThrownByTheNextCallsWithARemedy() throws IOException {
    publisher.dirtyPages(0, event(1));
    kafka.errorNext(new TimeoutException("Expiring 1 record(s)"));
    assertThatIOException()
        .isThrownBy(() -> publisher.dirtyPages(0, event(2)))
        .withMessageContaining("Kafka at broker.example:9092")
        .withMessageContaining("ramtide.vm1.pages")
        .withMessageContaining("Expiring 1 record(s)")
        .withMessageContaining("Check that the broker runs");
    assertThatIOException()
        .isThrownBy(publisher::flush)
        .withMessageContaining("Expiring 1 record(s)");
  }

  @Test
  void aProducerThatRefusesIsAFailureOfTheLog() {
    kafka.sendException = new TimeoutException("buffer is full");
    assertThatIOException()
        .isThrownBy(() -> publisher.dirtyPages(0, event(1)))
        .withMessageContaining("buffer is full");
  }

  private static DirtyPages event(long sequence) {
    List<PageRange> ranges = List.of(new PageRange(sequence, 1, PageKind.ZERO));
    return DirtyPages.of(new PageVersion(3, sequence), 1, 0, ranges, ByteBuffer.allocate(0));
  }
}
