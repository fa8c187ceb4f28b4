package dev.ramtide.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.apache.kafka.clients.consumer.internals.ConsumerMembershipManager;
import org.apache.kafka.clients.consumer.internals.events.CompletableApplicationEvent;
import org.apache.kafka.clients.consumer.internals.events.CompletableEventReaper;
import org.apache.kafka.clients.consumer.internals.events.UnsubscribeEvent;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.utils.internals.LogContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ClosingConsumersTest {
  private final LoggerContext logback = new LoggerContext();
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
  private final Logger group = logback.getLogger(ConsumerMembershipManager.class);

  @BeforeEach
  void start() {
    logback.addTurboFilter(new ClosingConsumers());
    lines.start();
    logback.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(lines);
  }

  /** What Kafka's own class fails an event with that nobody waits for any more. */
  private static Throwable ofClosing() {
    CompletableApplicationEvent<Void> event = new UnsubscribeEvent(Long.MAX_VALUE);
    new CompletableEventReaper(new LogContext()).reap(new ArrayList<>(List.of(event)));
    return event.future().handle((nothing, failure) -> failure).join();
  }

  @Test
  void theEndOfAnOrdinarySinkIsNoError() {
    group.error("callback failed for partitions {}", List.of("p-0"), ofClosing());
    group.error("callback failed", new CompletionException(ofClosing()));
    assertThat(lines.list).isEmpty();
  }

  @Test
  void whatElseFailsIsTold() {
    group.error("callback failed", new IllegalStateException("of ours"));
    group.error("callback failed", new TimeoutException("nobody answered"));
    group.error("fenced");
    logback.getLogger("dev.ramtide.sink").error("failed", ofClosing());
    assertThat(lines.list).hasSize(4);
  }
}
