package dev.ramtide.producer.publish;

import java.util.Optional;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;

/**
 * How long a producer has kept its callers waiting for room in its buffer, by its own account: the
 * time that a send takes tells also of what is copied and looked up.
 *
 * <p>One owner thread.
 */
final class BufferWaits {
  private static final String GROUP = "producer-metrics";
  private static final String NAME = "bufferpool-wait-time-ns-total";

  private final Optional<? extends Metric> total;
  private long toldNanos;

  BufferWaits(Producer<byte[], byte[]> producer) {
    this.total =
        producer.metrics().values().stream()
            .filter(metric -> isTotal(metric.metricName()))
            .findFirst();
  }

  static boolean isTotal(MetricName metric) {
    return metric.group().equals(GROUP) && metric.name().equals(NAME);
  }

  /** Nanoseconds since the last call. */
  long takeNanos() {
    long now = total.map(BufferWaits::valueOf).orElse(0L);
    long more = now - toldNanos;
    toldNanos = now;
    return more;
  }

  private static long valueOf(Metric metric) {
    return metric.metricValue() instanceof Double nanos ? nanos.longValue() : 0;
  }
}
