package dev.ramtide.producer.publish;

import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;

/**
 * How long a producer has kept its callers waiting, for room in its buffer or to learn where a
 * partition is, by its own account: the time that a send takes tells also of what is copied.
 *
 * <p>One owner thread.
 */
final class BufferWaits {
  private static final String GROUP = "producer-metrics";
  private static final Set<String> NAMES =
      Set.of("bufferpool-wait-time-ns-total", "metadata-wait-time-ns-total");

  private final List<? extends Metric> totals;
  private long toldNanos;

  BufferWaits(Producer<byte[], byte[]> producer) {
    this.totals =
        producer.metrics().values().stream()
            .filter(metric -> isTotal(metric.metricName()))
            .toList();
  }

  static boolean isTotal(MetricName metric) {
    return metric.group().equals(GROUP) && NAMES.contains(metric.name());
  }

  /** Nanoseconds since the last call. */
  long takeNanos() {
    long now = totals.stream().mapToLong(BufferWaits::valueOf).sum();
    long more = now - toldNanos;
    toldNanos = now;
    return more;
  }

  private static long valueOf(Metric metric) {
    return metric.metricValue() instanceof Double nanos ? nanos.longValue() : 0;
  }
}
