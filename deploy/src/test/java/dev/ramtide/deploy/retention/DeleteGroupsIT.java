package dev.ramtide.deploy.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.deploy.testbed.Pipeline;
import dev.ramtide.deploy.testbed.Records;
import dev.ramtide.sink.consume.ConsumerSettings;
import dev.ramtide.sink.consume.VmDeletion;
import dev.ramtide.wire.VmTopics;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a deletion does to the consumer groups of the sites. */
@Timeout(180)
final class DeleteGroupsIT {
  private static final Duration SOON = Duration.ofSeconds(30);

  @TempDir private static Path directory;
  private static Pipeline pipeline;
  private static Admin admin;

  @BeforeAll
  static void start() throws IOException {
    pipeline = Pipeline.start(directory);
    admin = Admin.create(Map.of("bootstrap.servers", pipeline.bootstrapServers()));
  }

  @AfterAll
  static void stop() {
    admin.close();
    pipeline.close();
  }

  @BeforeEach
  void twoVms() throws Exception {
    for (String vm : List.of("web", "db")) {
      Records.createTopic(pipeline.bootstrapServers(), pages(vm));
      Records.createTopic(pipeline.bootstrapServers(), "ramtide." + vm + ".checkpoints");
    }
  }

  @AfterEach
  void none() throws Exception {
    admin.deleteTopics(topics()).all().get();
    admin.deleteConsumerGroups(groups()).all().get();
    await().atMost(SOON).until(() -> topics().isEmpty());
  }

  @Test
  void aSiteThatIsAliveForAnotherVmKeepsItsGroup() throws Exception {
    hasCommitted("site", "web");
    try (KafkaConsumer<byte[], byte[]> sink = joined("site", "db")) {
      JsonNode done = pipeline.run("delete", "--vm", "web", "--yes").get(0);
      assertThat(done.get("groups")).isEmpty();
      assertThat(done.get("sharedGroups")).hasSize(1);
      assertThat(done.get("leftGroups")).isEmpty();
      assertThat(done.get("atWork")).isEmpty();
      assertThat(topics()).containsExactlyInAnyOrder(pages("db"), "ramtide.db.checkpoints");
      assertThat(sink.assignment()).isNotEmpty();
    }
    await().atMost(SOON).until(() -> places("site").isEmpty());
  }

  @Test
  void ofASiteWithTwoVmsThePlacesOfTheOtherStay() throws Exception {
    hasCommitted("site", "web", "db");
    JsonNode done = pipeline.run("delete", "--vm", "web", "--yes").get(0);
    assertThat(done.get("groups")).isEmpty();
    assertThat(done.get("sharedGroups")).hasSize(1);
    await()
        .atMost(SOON)
        .untilAsserted(
            () -> assertThat(places("site")).containsExactly(new TopicPartition(pages("db"), 0)));
  }

  @Test
  void theGroupsOfAllSitesGo() throws Exception {
    hasCommitted("site-a", "web");
    hasCommitted("site-b", "web");
    hasCommitted("site-c", "db");
    JsonNode dry = pipeline.run("delete", "--vm", "web", "--dry-run").get(0);
    assertThat(groups()).containsExactlyInAnyOrder("site-a", "site-b", "site-c");
    JsonNode done = pipeline.run("delete", "--vm", "web", "--yes").get(0);
    assertThat(done.get("groups")).hasSize(2).isEqualTo(dry.get("groups"));
    assertThat(groups()).containsExactly("site-c");
  }

  @Test
  void aGroupThatComesToLifeMeanwhileIsLeft() throws Exception {
    hasCommitted("site", "web");
    Properties client = new Properties();
    client.put("bootstrap.servers", pipeline.bootstrapServers());
    try (VmDeletion deletion =
        new VmDeletion(new ConsumerSettings(client), new VmTopics("ramtide", new VmId("web")))) {
      VmDeletion.Found found = deletion.look();
      assertThat(found.planned().whole()).containsExactly("site");
      try (KafkaConsumer<byte[], byte[]> sink = joined("site", "db")) {
        deletion.deleteTopics(found);
        VmDeletion.Forgotten forgotten = deletion.forgetPlaces(found);
        assertThat(forgotten.whole()).isEmpty();
        assertThat(forgotten.left().get("site")).contains("not empty");
        assertThat(sink.assignment()).isNotEmpty();
      }
      deletion.deleteTopics(found); // Gone already, which is no error.
      assertThat(deletion.forgetPlaces(found).whole()).containsExactly("site");
      assertThat(deletion.look().isNothing()).isTrue();
    }
  }

  private static String pages(String vm) {
    return "ramtide." + vm + ".pages";
  }

  private static void hasCommitted(String group, String... vms) throws Exception {
    Map<TopicPartition, OffsetAndMetadata> places =
        Stream.of(vms)
            .collect(
                Collectors.toMap(
                    vm -> new TopicPartition(pages(vm), 0), vm -> new OffsetAndMetadata(0)));
    admin.alterConsumerGroupOffsets(group, places).all().get();
  }

  /** A member that holds the pages of a VM. */
  private static KafkaConsumer<byte[], byte[]> joined(String group, String vm) {
    KafkaConsumer<byte[], byte[]> member =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers",
                pipeline.bootstrapServers(),
                "group.id",
                group,
                "auto.offset.reset",
                "earliest",
                "enable.auto.commit",
                "false"),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    member.subscribe(List.of(pages(vm)));
    await()
        .atMost(SOON)
        .until(
            () -> {
              member.poll(Duration.ofMillis(100));
              return !member.assignment().isEmpty();
            });
    return member;
  }

  private static Set<TopicPartition> places(String group)
      throws ExecutionException, InterruptedException {
    return admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get().keySet();
  }

  private static Set<String> topics() throws ExecutionException, InterruptedException {
    return admin.listTopics().names().get();
  }

  private static Collection<String> groups() throws ExecutionException, InterruptedException {
    return admin.listGroups().all().get().stream()
        .map(GroupListing::groupId)
        .collect(Collectors.toSet());
  }
}
