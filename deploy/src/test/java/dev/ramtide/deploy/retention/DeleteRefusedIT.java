package dev.ramtide.deploy.retention;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ramtide.deploy.embedded.KeepingBroker;
import dev.ramtide.deploy.testbed.RamtideProcess;
import dev.ramtide.deploy.testbed.Records;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kafka may have the last word: then all is as it was. */
final class DeleteRefusedIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir private Path directory;

  @Test
  void whatKafkaDoesNotLetGoKeepsItsImagesAndPlaces() throws Exception {
    Path site = Files.createDirectories(directory.resolve("site/web")).getParent();
    Files.writeString(site.resolve("site-id"), "one");
    Path image = Files.writeString(site.resolve("web/ram.img"), "guest");
    try (KeepingBroker broker = KeepingBroker.start(directory.resolve("kafka"));
        Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      Records.createTopic(broker.bootstrapServers(), "ramtide.web.pages");
      Records.createTopic(broker.bootstrapServers(), "ramtide.web.checkpoints");
      TopicPartition pages = new TopicPartition("ramtide.web.pages", 0);
      admin.alterConsumerGroupOffsets("site", Map.of(pages, new OffsetAndMetadata(0))).all().get();

      assertThat(delete(site, broker))
          .contains("Kafka did not delete ramtide.web.pages (Topic deletion is disabled")
          .contains("nothing else was removed");
      assertThat(image).hasContent("guest");
      assertThat(admin.listTopics().names().get())
          .contains("ramtide.web.pages", "ramtide.web.checkpoints");
      assertThat(admin.listConsumerGroupOffsets("site").partitionsToOffsetAndMetadata().get())
          .containsOnlyKeys(pages);
    }
  }

  private String delete(Path site, KeepingBroker broker) throws Exception {
    String[] args = {
      "delete",
      "--vm",
      "web",
      "--yes",
      "--images",
      site.toString(),
      "--bootstrap-server",
      broker.bootstrapServers()
    };
    try (RamtideProcess process = RamtideProcess.start(directory, args)) {
      assertThat(process.awaitExit(LIMIT)).isEqualTo(1);
      return process.stderr();
    }
  }
}
