package dev.ramtide.deploy.cli;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Lines that are written past the log, as lines of the log: who reads stderr as objects finds
 * nothing else there, whoever wrote it. What begins with the command's name tells of trouble.
 *
 * <p>Any thread; UTF-8.
 */
final class LoggedLines extends OutputStream {
  private static final Logger LOG = LoggerFactory.getLogger(LoggedLines.class);

  private final Logger log;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();

  LoggedLines() {
    this(LOG);
  }

  LoggedLines(Logger log) {
    this.log = log;
  }

  @Override
  public synchronized void write(int one) {
    if (one == '\n') {
      tell();
    } else {
      line.write(one);
    }
  }

  /** What has no end yet is a line too. */
  @Override
  public synchronized void close() {
    tell();
  }

  private void tell() {
    String text = line.toString(StandardCharsets.UTF_8).stripTrailing();
    line.reset();
    if (!text.isEmpty()) {
      log.atLevel(text.startsWith("ramtide ") ? Level.WARN : Level.INFO).log(text);
    }
  }
}
