package dev.ramtide.deploy.registry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.ramtide.deploy.testbed.Command;
import dev.ramtide.deploy.testbed.Needed;
import dev.ramtide.deploy.testbed.Pipeline;
import dev.ramtide.deploy.testbed.RamtideProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log whose schemas are in a registry, written, read, and refused. */
final class RegistryIT {
  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final Path READERS = Path.of("src", "test", "readers").toAbsolutePath();

  @TempDir private static Path directory;
  private static Pipeline pipeline;
  private static ApicurioServer registry;
  private static Path guest;

  @BeforeAll
  static void start() throws Exception {
    Needed.program("mvn");
    pipeline = Pipeline.start(directory);
    registry = ApicurioServer.start(directory);
    guest = Files.write(directory.resolve("guest.img"), PatternedGuest.file());
  }

  @AfterAll
  static void stop() {
    if (registry != null) {
      registry.close();
    }
    pipeline.close();
  }

  /** A file for {@code --command-config}: property, value, property, ... */
  private static String config(String... properties) throws IOException {
    List<String> lines = new ArrayList<>(List.of("max.retries=0"));
    for (int at = 0; at < properties.length; at += 2) {
      lines.add(properties[at] + "=" + properties[at + 1]);
    }
    return Files.write(Files.createTempFile(directory, "client", ".properties"), lines).toString();
  }

  private static String registered() throws IOException {
    return config("schema.registry.url", registry.url());
  }

  private static String[] agent(String vm, String... more) {
    return Stream.concat(
            Stream.of("agent", "--vm", vm, "--image", guest.toString(), "--label", "night"),
            Stream.of(more))
        .toArray(String[]::new);
  }

  @Test
  void whatIsWrittenWithARegistryIsSealedRestoredAndReadByStrangers() throws Exception {
    String config = registered();
    JsonNode manifest =
        pipeline.run(agent("strange", "--partitions", "3", "--command-config", config)).get(0);
    assertThat(registry.subjects())
        .contains(
            "ramtide.strange.pages-dev.ramtide.wire.avro.DirtyPages",
            "ramtide.strange.checkpoints-dev.ramtide.wire.avro.CheckpointCompleted");
    Path sealed = pipeline.seal("site", "strange", 1, "--command-config", config);
    Path restored = directory.resolve("restored.img");
    pipeline.run(
        "restore", "--vm", "strange", "--command-config", config, "-o", restored.toString());
    Pipeline.assertSameBytes(restored, sealed);
    List<JsonNode> readers = new ArrayList<>(readByNode("ramtide.strange"));
    readers.add(readByConfluent("ramtide.strange"));
    for (JsonNode reader : readers) {
      assertThat(reader.at("/blocks/0/name").asText()).isEqualTo("microvm.ram");
      assertThat(reader.at("/blocks/0/sha256").asText())
          .as("%s", reader)
          .isEqualTo(PatternedGuest.sha256());
      assertThat(reader.get("label").asText()).isEqualTo("night");
      assertThat(reader.get("checkpoint").asLong()).isEqualTo(1);
      assertThat(reader.get("pagesScanned").asLong())
          .isEqualTo(manifest.at("/pages/scanned").asLong());
      assertThat(reader.get("deviceStateBytes").asLong()).isPositive();
      assertThat(reader.at("/counts/EpochClaimed").asInt()).isEqualTo(1);
      assertThat(reader.get("counts")).isEqualTo(readers.get(0).get("counts"));
    }
  }

  private static List<JsonNode> readByNode(String log) throws Exception {
    Path node = Needed.program("node");
    Path npm = Needed.program("npm");
    Path readers = Files.createDirectory(directory.resolve("readers"));
    for (String file : List.of("package.json", "package-lock.json", "readers.mjs")) {
      Files.copy(READERS.resolve(file), readers.resolve(file));
    }
    Command.succeed(
        LIMIT,
        readers,
        List.of(npm.toString(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"));
    String said =
        Command.succeed(
            LIMIT,
            readers,
            List.of(
                node.toString(), "readers.mjs", pipeline.bootstrapServers(), registry.url(), log));
    List<JsonNode> lines = jsonLines(said);
    assertThat(lines).as(said).hasSize(2);
    return lines;
  }

  private static JsonNode readByConfluent(String log) throws Exception {
    Path flink =
        MavenArtifacts.only(
            MavenArtifacts.file("org.apache.flink:flink-sql-avro-confluent-registry:2.3.0"));
    String said =
        Command.succeed(
            LIMIT,
            directory,
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                flink + ":" + System.getProperty("java.class.path"),
                READERS.resolve("ConfluentReader.java").toString(),
                pipeline.bootstrapServers(),
                registry.url(),
                log));
    return jsonLines(said).get(0);
  }

  private static List<JsonNode> jsonLines(String said) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : said.lines().filter(line -> line.startsWith("{\"reader\"")).toList()) {
      lines.add(new ObjectMapper().readTree(line));
    }
    return lines;
  }

  @Test
  void aSerializerThatIsNotOursWritesAndReadsALog() throws Exception {
    String jars = MavenArtifacts.dependencies(READERS.resolve("serde-pom.xml")) + "/*";
    String config =
        config(
            "value.serializer", "io.apicurio.registry.serde.avro.AvroKafkaSerializer",
            "value.deserializer", "io.apicurio.registry.serde.avro.AvroKafkaDeserializer",
            "apicurio.registry.url", registry.ownUrl(),
            "apicurio.registry.auto-register", "true",
            "apicurio.registry.artifact-resolver-strategy",
                "io.apicurio.registry.serde.avro.strategy.TopicRecordIdStrategy");
    runWith(jars, agent("plugged", "--command-config", config));
    Path image = pipeline.image("site", "plugged");
    runWith(
        jars,
        "sink",
        "--images",
        pipeline.images("site").toString(),
        "--vm",
        "plugged",
        "--until-sealed",
        "1",
        "--command-config",
        config);
    Path restored = directory.resolve("plugged.img");
    runWith(
        jars, "restore", "--vm", "plugged", "--command-config", config, "-o", restored.toString());
    Pipeline.assertSameBytes(restored, image);
    assertThat(pipeline.fail("checkpoints", "--vm", "plugged", "--command-config", config))
        .contains("AvroKafkaDeserializer", "RAMTIDE_CLASSPATH");
  }

  private static void runWith(String jars, String... args) throws Exception {
    List<String> words = new ArrayList<>(List.of(args));
    words.addAll(List.of("--bootstrap-server", pipeline.bootstrapServers()));
    try (RamtideProcess process =
        RamtideProcess.startWith(directory, jars, words.toArray(String[]::new))) {
      assertThat(process.awaitExit(LIMIT)).as(process.stderr()).isZero();
    }
  }

  @Test
  void aRegistryThatIsDownFailsAnAgentBeforeItTouchesTheLog() throws Exception {
    String config = config("schema.registry.url", "http://127.0.0.1:1");
    assertThat(pipeline.fail(agent("down", "--command-config", config)))
        .contains("no schema registry at schema.registry.url=http://127.0.0.1:1");
    assertThat(topics()).noneMatch(topic -> topic.contains(".down."));
  }

  @Test
  void aSchemaThatIsOnlyLookedUpMustBeThere() throws Exception {
    String config =
        config(
            "schema.registry.url",
            registry.url(),
            "auto.register.schemas",
            "false",
            "normalize.schemas",
            "true");
    assertThat(pipeline.fail(agent("looked", "--command-config", config)))
        .contains(
            "auto.register.schemas=false",
            registry.url()
                + "/subjects/ramtide.looked.pages-dev.ramtide.wire.avro.DirtyPages/versions");
    for (String record :
        List.of(
            "EpochClaimed",
            "EpochStarted",
            "DeviceState",
            "CheckpointCompleted",
            "CheckpointFailed",
            "DirtyPages")) {
      String topic = record.equals("DirtyPages") ? "pages" : "checkpoints";
      registry.register(
          "ramtide.looked." + topic + "-dev.ramtide.wire.avro." + record,
          Files.readString(Path.of("../schemas/src/main/avro", record + ".avsc")));
    }
    pipeline.run(agent("looked", "--command-config", config));
    pipeline.run("checkpoints", "--vm", "looked", "--command-config", config);
  }

  @Test
  void aRegistryWithAPasswordWantsTheRightOne() throws Exception {
    try (PasswordFront front = PasswordFront.start(0, registry.url())) {
      String url = front.url();
      String wrong = config("schema.registry.url", url, "basic.auth.user.info", "agent:geheim");
      assertThat(pipeline.fail(agent("locked", "--command-config", wrong)))
          .contains(url + " wants another user or password (401)")
          .doesNotContain("geheim");
      String right =
          config(
              "schema.registry.url",
              url,
              "basic.auth.credentials.source",
              "USER_INFO",
              "basic.auth.user.info",
              PasswordFront.USER + ":" + PasswordFront.PASSWORD);
      JsonNode taken = pipeline.run(agent("locked", "--command-config", right)).get(0);
      assertThat(taken.get("checkpoint").asLong()).isEqualTo(1);
    }
  }

  @Test
  void aSchemaThatTheRegistryDoesNotFindCompatibleIsNotWritten() throws Exception {
    String subject = "ramtide.other.pages-dev.ramtide.wire.avro.DirtyPages";
    registry.register(
        subject,
        "{\"type\":\"record\",\"name\":\"DirtyPages\",\"namespace\":\"dev.ramtide.wire.avro\",\"fields\":"
            + "[{\"name\":\"x\",\"type\":\"long\"}]}");
    assertThat(pipeline.fail(agent("other", "--command-config", registered())))
        .contains("is not compatible with what subject " + subject + " has");
    assertThat(topics()).noneMatch(topic -> topic.contains(".other."));
  }

  @Test
  void aLogThatWasBegunWithARegistryIsNotReadOrWrittenWithoutOne() throws Exception {
    pipeline.run(agent("with", "--command-config", registered()));
    long end = end("with");
    String remedy = "set schema.registry.url (--command-config";
    assertThat(pipeline.fail(agent("with"))).contains(remedy);
    assertThat(end("with")).as("nothing of ours was added").isEqualTo(end);
    assertThat(pipeline.fail("checkpoints", "--vm", "with")).contains(remedy);
    assertThat(
            pipeline.fail(
                "sink",
                "--images",
                pipeline.images("with").toString(),
                "--vm",
                "with",
                "--until-sealed",
                "1"))
        .contains(remedy);
  }

  @Test
  void aLogThatWasBegunWithoutARegistryIsNotReadOrWrittenWithOne() throws Exception {
    pipeline.run(agent("without"));
    long end = end("without");
    String config = registered();
    String remedy = "do not set schema.registry.url (--command-config";
    assertThat(pipeline.fail(agent("without", "--command-config", config))).contains(remedy);
    assertThat(end("without")).as("nothing of ours was added").isEqualTo(end);
    assertThat(pipeline.fail("checkpoints", "--vm", "without", "--command-config", config))
        .contains(remedy);
  }

  @Test
  void aSinkWaitsForARegistryThatIsAway() throws Exception {
    pipeline.run(agent("waits", "--command-config", registered()));
    int port;
    try (PasswordFront front = PasswordFront.start(0, registry.url())) {
      port = front.port();
    }
    String config =
        config(
            "schema.registry.url", "http://127.0.0.1:" + port,
            "basic.auth.user.info", PasswordFront.USER + ":" + PasswordFront.PASSWORD);
    try (RamtideProcess sink =
        pipeline.start(
            "sink",
            "--images",
            pipeline.images("waits").toString(),
            "--vm",
            "waits",
            "--until-sealed",
            "1",
            "--command-config",
            config)) {
      sink.awaitStderr("the VM is given up for a while, any others go on", LIMIT);
      try (PasswordFront front = PasswordFront.start(port, registry.url())) {
        assertThat(front.port()).isEqualTo(port);
        assertThat(sink.awaitExit(LIMIT)).as(sink.stderr()).isZero();
      }
    }
  }

  @Test
  void aVmWhoseSchemaTheRegistryHasNotStandsAloneAndTheOtherIsSealed() throws Exception {
    String config = registered();
    pipeline.run(agent("fleet-1", "--command-config", config));
    pipeline.run(agent("fleet-2", "--command-config", config));
    byte[] unknown = {0, 0, 0x0f, 0x42, 0x3f, 0};
    try (Producer<byte[], byte[]> somebody =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", pipeline.bootstrapServers()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      somebody.send(new ProducerRecord<>("ramtide.fleet-1.checkpoints", unknown)).get();
    }
    try (RamtideProcess sink =
        pipeline.start(
            "sink",
            "--images",
            pipeline.images("fleet").toString(),
            "--vm-pattern",
            "fleet-.*",
            "--command-config",
            config)) {
      sink.awaitStderr("schema id 999999 (0x000f423f) is not in the schema registry", LIMIT);
      sink.awaitStderr("sealed vm=\"fleet-2\" checkpoint=\"1\"", LIMIT);
      assertThat(sink.stderr())
          .contains("the VM is given up for a while, any others go on vm=\"fleet-1\"")
          .doesNotContain("sealed vm=\"fleet-1\"");
    }
  }

  private static Set<String> topics() throws Exception {
    try (Admin admin = admin()) {
      return admin.listTopics().names().get();
    }
  }

  /** Of the checkpoints topic. */
  private static long end(String vm) throws Exception {
    TopicPartition partition = new TopicPartition("ramtide." + vm + ".checkpoints", 0);
    try (Admin admin = admin()) {
      return admin
          .listOffsets(Map.of(partition, OffsetSpec.latest()))
          .partitionResult(partition)
          .get()
          .offset();
    }
  }

  private static Admin admin() {
    return Admin.create(Map.of("bootstrap.servers", pipeline.bootstrapServers()));
  }
}
