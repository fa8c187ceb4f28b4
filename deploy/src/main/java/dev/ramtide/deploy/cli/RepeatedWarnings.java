package dev.ramtide.deploy.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;

/**
 * Kafka's clients warn at every try to reach a broker that is away, several times a second. A line
 * a minute of each is what an operator can read between ours.
 *
 * <p>Any thread.
 */
public final class RepeatedWarnings extends TurboFilter {
  private static final String CLIENTS = "org.apache.kafka.clients.";
  private static final long QUIET_NANOS = Duration.ofMinutes(1).toNanos();

  /** Warnings with changing values must not fill the memory. */
  private static final int MOST_REMEMBERED = 1000;

  private final LongSupplier clock;
  private final Map<String, Long> told = new HashMap<>();

  /** For logback's configuration. */
  public RepeatedWarnings() {
    this(System::nanoTime);
  }

  RepeatedWarnings(LongSupplier clock) {
    this.clock = clock;
  }

  @Override
  public FilterReply decide(
      @Nullable Marker marker,
      Logger logger,
      Level level,
      @Nullable String format,
      Object @Nullable [] values,
      @Nullable Throwable thrown) {
    boolean warning =
        format != null && level.equals(Level.WARN) && logger.getName().startsWith(CLIENTS);
    return warning && wasTold(format + Arrays.toString(values))
        ? FilterReply.DENY
        : FilterReply.NEUTRAL;
  }

  private synchronized boolean wasTold(String warning) {
    long now = clock.getAsLong();
    Long before = told.get(warning);
    if (before != null && now - before < QUIET_NANOS) {
      return true;
    }
    if (told.size() >= MOST_REMEMBERED) {
      told.clear();
    }
    told.put(warning, now);
    return false;
  }
}
