package dev.ramtide.deploy.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.spi.FilterReply;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Marker;

/**
 * A consumer that is closed while its group takes partitions from it does not wait for the listener
 * that was to hear of them: Kafka fails that event, and its membership manager tells with a stack
 * trace, as an error, what is the end of an ordinary sink. All partitions are given back all the
 * same. What else that class has to say is told.
 *
 * <p>Any thread.
 */
public final class ClosingConsumers extends TurboFilter {
  private static final String TELLER =
      "org.apache.kafka.clients.consumer.internals.ConsumerMembershipManager";

  /** Of Kafka's CompletableEventReaper, after the event's name. */
  private static final String CLOSED = "could not be completed before the consumer closed";

  @Override
  public FilterReply decide(
      @Nullable Marker marker,
      Logger logger,
      Level level,
      @Nullable String format,
      Object @Nullable [] values,
      @Nullable Throwable thrown) {
    return logger.getName().equals(TELLER) && isOfClosing(failure(values, thrown))
        ? FilterReply.DENY
        : FilterReply.NEUTRAL;
  }

  /** Behind values it is still the last of these here. */
  private static @Nullable Throwable failure(
      Object @Nullable [] values, @Nullable Throwable thrown) {
    return values != null
            && values.length > 0
            && values[values.length - 1] instanceof Throwable last
        ? last
        : thrown;
  }

  /** A future wraps what it failed with. */
  private static boolean isOfClosing(@Nullable Throwable thrown) {
    Throwable cause = thrown == null || thrown.getCause() == null ? thrown : thrown.getCause();
    return cause instanceof TimeoutException && String.valueOf(cause.getMessage()).endsWith(CLOSED);
  }
}
