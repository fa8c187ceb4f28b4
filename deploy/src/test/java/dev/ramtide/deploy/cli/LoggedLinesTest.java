package dev.ramtide.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class LoggedLinesTest {
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private final PrintStream err = new PrintStream(lines(), true, StandardCharsets.UTF_8);

  private LoggedLines lines() {
    LoggerContext context = new LoggerContext();
    log.setContext(context);
    log.start();
    context.getLogger("test").addAppender(log);
    return new LoggedLines(context.getLogger("test"));
  }

  private List<String> told() {
    return log.list.stream().map(line -> line.getLevel() + " " + line.getMessage()).toList();
  }

  @Test
  void eachLineIsALineOfTheLog() {
    err.print("listening: ä\n\nramtide agent: next try in 1 s\nhalf");
    assertThat(told()).containsExactly("INFO listening: ä", "WARN ramtide agent: next try in 1 s");
  }

  @Test
  void soIsALastOneThatHasNoEnd() {
    err.print("half");
    err.close();
    assertThat(told()).containsExactly("INFO half");
  }
}
