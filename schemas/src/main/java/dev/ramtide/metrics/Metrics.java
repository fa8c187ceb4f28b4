package dev.ramtide.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.config.NamingConvention;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusNamingConvention;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The metrics of one process. Labels are given in the order of {@link Metric#labels}.
 *
 * <p>Any thread.
 */
public final class Metrics {
  private static final String OURS = "ramtide_";
  private static final Duration[] SHORT_BUCKETS =
      millis(1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000);
  private static final Duration[] LONG_BUCKETS =
      millis(50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 60_000, 180_000, 600_000);

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  /** Listens as long as the process lives, so it must be held. */
  private final JvmGcMetrics garbageCollection = new JvmGcMetrics();

  /** With what the JVM and the process tell of themselves. */
  public Metrics() {
    registry.config().namingConvention(new OurNames());
    new JvmMemoryMetrics().bindTo(registry);
    garbageCollection.bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ClassLoaderMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
  }

  /** Ours have their names already; those of libraries become what Prometheus expects. */
  private static final class OurNames implements NamingConvention {
    private final NamingConvention others = new PrometheusNamingConvention();

    @Override
    public String name(String name, Meter.Type type, @Nullable String baseUnit) {
      return name.startsWith(OURS) ? name : others.name(name, type, baseUnit);
    }

    @Override
    public String tagKey(String key) {
      return others.tagKey(key);
    }
  }

  /** Counts up; {@code 0} makes the series appear, so that a first event is seen as an increase. */
  public void add(Metric metric, double amount, String... labelValues) {
    require(metric, Metric.Type.COUNTER);
    Counter.builder(metric.prometheusName())
        .description(metric.help())
        .tags(tags(metric, labelValues))
        .register(registry)
        .increment(amount);
  }

  /** Adds to a histogram. */
  public void record(Metric metric, Duration length, String... labelValues) {
    if (!metric.isHistogram()) {
      throw new IllegalArgumentException(metric + " is no histogram");
    }
    Timer.builder(metric.prometheusName())
        .description(metric.help())
        .tags(tags(metric, labelValues))
        .serviceLevelObjectives(
            metric.type() == Metric.Type.SHORT_TIME ? SHORT_BUCKETS : LONG_BUCKETS)
        .register(registry)
        .record(length);
  }

  /**
   * A value that is asked for with each scrape.
   *
   * @param source is kept as long as the process lives
   * @param value NaN when there is none
   */
  public <T> void gauge(Metric metric, T source, ToDoubleFunction<T> value, String... labelValues) {
    require(metric, Metric.Type.GAUGE);
    Gauge.builder(metric.prometheusName(), source, value)
        .description(metric.help())
        .tags(tags(metric, labelValues))
        .strongReference(true)
        .register(registry);
  }

  /**
   * A count that something else keeps, and that never falls.
   *
   * @param source is not kept: when nobody else has it any more the count stays as it is
   */
  public <T> void counter(
      Metric metric, T source, ToDoubleFunction<T> count, String... labelValues) {
    require(metric, Metric.Type.COUNTER);
    FunctionCounter.builder(metric.prometheusName(), source, count)
        .description(metric.help())
        .tags(tags(metric, labelValues))
        .register(registry);
  }

  /** Ends every series of a VM; what is told of it after this begins anew. */
  public void forget(String vm) {
    for (Meter meter : registry.getMeters()) {
      boolean ours = meter.getId().getName().startsWith(OURS);
      if (ours && vm.equals(meter.getId().getTag(Metric.Label.VM))) {
        registry.remove(meter);
      }
    }
  }

  /** Whether there is a series of a VM. */
  public boolean has(Metric metric, String vm) {
    return !of(metric, vm).isEmpty();
  }

  /** Ends the series of a VM of one metric. */
  public void forget(Metric metric, String vm) {
    of(metric, vm).forEach(registry::remove);
  }

  private Collection<Meter> of(Metric metric, String vm) {
    return registry.find(metric.prometheusName()).tag(Metric.Label.VM, vm).meters();
  }

  /** For the binders of libraries. */
  public MeterRegistry registry() {
    return registry;
  }

  /**
   * Everything as text.
   *
   * @param accept what the asker can read, as in HTTP; null means Prometheus' own format
   */
  String scrape(@Nullable String accept) {
    return registry.scrape(contentType(accept));
  }

  /** What {@link #scrape} answers with. */
  static String contentType(@Nullable String accept) {
    return accept != null && accept.contains("application/openmetrics-text")
        ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
        : "text/plain; version=0.0.4; charset=utf-8";
  }

  private static void require(Metric metric, Metric.Type type) {
    if (metric.type() != type) {
      throw new IllegalArgumentException(metric + " is a " + metric.type() + ", no " + type);
    }
  }

  private static List<Tag> tags(Metric metric, String... values) {
    if (values.length != metric.labels().size()) {
      throw new IllegalArgumentException(
          metric + " has the labels " + metric.labels() + ", not " + List.of(values));
    }
    List<Tag> tags = new ArrayList<>();
    for (int label = 0; label < values.length; label++) {
      tags.add(Tag.of(metric.labels().get(label), values[label]));
    }
    return tags;
  }

  private static Duration[] millis(long... millis) {
    return IntStream.range(0, millis.length)
        .mapToObj(bucket -> Duration.ofMillis(millis[bucket]))
        .toArray(Duration[]::new);
  }
}
