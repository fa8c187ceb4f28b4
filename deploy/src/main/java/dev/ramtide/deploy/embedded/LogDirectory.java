package dev.ramtide.deploy.embedded;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import kafka.tools.StorageTool;

/** Gives a new data directory its cluster id, as {@code kafka-storage format} does. */
final class LogDirectory {
  /** Kafka writes this file last, so a format that was interrupted is done again. */
  private static final String PROOF_OF_FORMAT = "meta.properties";

  private LogDirectory() {}

  static void formatIfNew(BrokerSettings settings) throws IOException {
    if (Files.exists(settings.dataDirectory().resolve(PROOF_OF_FORMAT))) {
      return;
    }
    Path file = Files.createTempFile("ramtide-kafka", ".properties");
    try {
      write(settings, file);
      format(settings, file);
    } finally {
      Files.delete(file);
    }
  }

  private static void write(BrokerSettings settings, Path file) throws IOException {
    Properties properties = new Properties();
    properties.putAll(settings.asMap());
    try (Writer writer = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
      properties.store(writer, null);
    }
  }

  private static void format(BrokerSettings settings, Path file) throws IOException {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    String[] args = {"format", "-t", settings.cluster().id(), "-c", file.toString()};
    int exitCode = StorageTool.execute(args, new PrintStream(said, true, StandardCharsets.UTF_8));
    if (exitCode != 0) {
      throw new IOException(
          "cannot prepare "
              + settings.dataDirectory()
              + " for Kafka: "
              + said.toString(StandardCharsets.UTF_8).strip());
    }
  }
}
