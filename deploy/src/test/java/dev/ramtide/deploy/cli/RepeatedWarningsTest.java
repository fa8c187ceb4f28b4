package dev.ramtide.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RepeatedWarningsTest {
  private static final String AWAY = "Connection to node {} could not be established.";

  private final LoggerContext logback = new LoggerContext();
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
  private long now = Long.MAX_VALUE; // It may overflow.

  @BeforeEach
  void start() {
    logback.addTurboFilter(new RepeatedWarnings(() -> now));
    lines.start();
    logback.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(lines);
  }

  @Test
  void aBrokerThatIsAwayIsALineAMinute() {
    Logger client = logback.getLogger("org.apache.kafka.clients.NetworkClient");
    for (int seconds = 0; seconds < 180; seconds++) {
      client.warn(AWAY, 1);
      client.warn(AWAY, 2);
      now += Duration.ofSeconds(1).toNanos();
    }
    assertThat(lines.list)
        .extracting(ILoggingEvent::getFormattedMessage)
        .filteredOn(line -> line.contains("node 2"))
        .hasSize(3);
    assertThat(lines.list).hasSize(6);
  }

  @Test
  void whatIsAnErrorOrOursIsAlwaysTold() {
    for (int time = 0; time < 3; time++) {
      logback.getLogger("org.apache.kafka.clients.NetworkClient").error(AWAY, 1);
      logback.getLogger("dev.ramtide.sink").warn("waiting for a lock");
    }
    assertThat(lines.list).hasSize(6);
  }
}
