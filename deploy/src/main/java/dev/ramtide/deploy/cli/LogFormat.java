package dev.ramtide.deploy.cli;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import dev.ramtide.report.Terminal;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import net.logstash.logback.decorate.JsonFactoryDecorator;
import net.logstash.logback.encoder.LogstashEncoder;
import net.logstash.logback.fieldnames.ShortenedFieldNames;
import org.slf4j.LoggerFactory;

/** How lines of the log look; where they go is in {@code logback.xml}. */
enum LogFormat {
  /** Time, level, class, message, key="value". */
  TEXT,
  /**
   * An object a line: {@code @timestamp}, {@code level}, {@code logger}, {@code message}, and each
   * key.
   */
  JSON;

  /** Read by the agent's guard, a process of its own on the same stderr. */
  private static final String OBJECTS = "ramtide.stderr.objects";

  /** In {@code logback.xml}. */
  static final String APPENDER = "STDERR";

  /** A VM, a record's place and a path are what they are in text, and no objects. */
  private static final class NamesAsText implements JsonFactoryDecorator {
    @Override
    public JsonFactory decorate(JsonFactory factory) {
      SimpleModule asText = new SimpleModule();
      asText.addSerializer(Record.class, ToStringSerializer.instance);
      asText.addSerializer(Path.class, ToStringSerializer.instance);
      ((ObjectMapper) factory.getCodec()).registerModule(asText);
      return factory;
    }
  }

  /** From now on, for the whole process and all that it writes on stderr. */
  void use() {
    if (this == TEXT) {
      Terminal.take();
    } else if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
      use(context);
      System.setProperty(OBJECTS, "true");
      LoggedLines lines = new LoggedLines();
      System.setErr(new PrintStream(lines, true, StandardCharsets.UTF_8));
      Runtime.getRuntime().addShutdownHook(new Thread(lines::close, "last-line"));
      Thread.setDefaultUncaughtExceptionHandler(
          (thread, thrown) ->
              LoggerFactory.getLogger(LogFormat.class)
                  .atError()
                  .addKeyValue("thread", thread.getName())
                  .setCause(thrown)
                  .log("a thread has ended"));
    }
  }

  void use(LoggerContext context) {
    if (this == JSON
        && context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).getAppender(APPENDER)
            instanceof ConsoleAppender<ILoggingEvent> console) {
      LogstashEncoder encoder = new LogstashEncoder();
      encoder.setContext(context);
      encoder.setJsonFactoryDecorator(new NamesAsText());
      encoder.setFieldNames(new ShortenedFieldNames());
      encoder.setVersion(null);
      encoder.setTimeZone("UTC");
      encoder.start();
      console.stop();
      console.setEncoder(encoder);
      console.start();
      console.setOutputStream(System.err); // That of now: what is written to a later one is logged.
    }
  }
}
