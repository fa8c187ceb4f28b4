package dev.ramtide.producer.publish;

import dev.ramtide.checkpoint.SkippedRecords;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.encryption.WriterKeys;
import dev.ramtide.wire.VmTopics;
import java.util.OptionalInt;
import java.util.Properties;

/** A log that no test connects to. */
final class TestSettings {
  static final LogSettings SETTINGS = skipping(SkippedRecords.NONE);

  private TestSettings() {}

  static LogSettings skipping(SkippedRecords skipped) {
    return new LogSettings(
        properties(),
        new VmTopics("ramtide", new VmId("vm1")),
        2,
        OptionalInt.empty(),
        512 * 1024,
        "host1",
        skipped,
        WriterKeys.NONE);
  }

  private static Properties properties() {
    Properties properties = new Properties();
    properties.setProperty("bootstrap.servers", "broker.example:9092");
    return properties;
  }
}
