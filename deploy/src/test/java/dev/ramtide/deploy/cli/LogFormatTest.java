package dev.ramtide.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.ConsoleAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ramtide.checkpoint.VmId;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** The shipped configuration, in a context of the test's own. */
class LogFormatTest {
  private final LoggerContext context = new LoggerContext();
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private final PrintStream stderr = System.err;

  @BeforeEach
  void configure() throws Exception {
    System.setErr(new PrintStream(written, true, StandardCharsets.UTF_8));
    context.setMDCAdapter(new LogbackMDCAdapter());
    JoranConfigurator configurator = new JoranConfigurator();
    configurator.setContext(context);
    configurator.doConfigure(Ramtide.class.getResource("/logback.xml"));
  }

  @AfterEach
  void restore() {
    System.setErr(stderr);
    context.stop();
  }

  private void tell() {
    context
        .getLogger("dev.ramtide.sink.consume.SealDuty")
        .atInfo()
        .addKeyValue("vm", new VmId("web-1"))
        .addKeyValue("file", Path.of("/tmp/x"))
        .addKeyValue("epoch", 3)
        .addKeyValue("checkpoint", 12)
        .log("sealed \"now\"");
  }

  private String line() {
    return written.toString(StandardCharsets.UTF_8);
  }

  @Test
  void inJsonALineIsAnObjectWithTheKeysBesideTheMessage() throws Exception {
    LogFormat.JSON.use(context);
    tell();
    JsonNode json = new ObjectMapper().readTree(line());
    assertThat(line()).hasLineCount(1);
    assertThat(json.path("message").asText()).isEqualTo("sealed \"now\"");
    assertThat(json.path("level").asText()).isEqualTo("INFO");
    assertThat(json.path("vm").asText()).isEqualTo("web-1");
    assertThat(json.path("file").asText()).isEqualTo("/tmp/x");
    assertThat(json.path("epoch").asLong()).isEqualTo(3);
    assertThat(json.path("checkpoint").asLong()).isEqualTo(12);
    assertThat(json.path("@timestamp").asText()).matches("20\\d\\d-.*Z");
  }

  @Test
  void inTextTheKeysFollowTheMessage() {
    LogFormat.TEXT.use(context);
    tell();
    assertThat(line())
        .matches(
            "\\d\\d:.* INFO +SealDuty: sealed \"now\" vm=\"web-1\" file=\"/tmp/x\" epoch=\"3\" checkpoint=\"12\"\\R");
  }

  /** What is changed is the one appender that the configuration has. */
  @Test
  void theShippedConfigurationHasTheAppender() {
    assertThat(LoggerFactory.getILoggerFactory()).isInstanceOf(LoggerContext.class);
    assertThat(context.getLogger("ROOT").getAppender(LogFormat.APPENDER))
        .isInstanceOf(ConsoleAppender.class);
    ConsoleAppender<ILoggingEvent> console =
        (ConsoleAppender<ILoggingEvent>) context.getLogger("ROOT").getAppender(LogFormat.APPENDER);
    assertThat(console.getTarget()).isEqualTo("System.err");
  }
}
