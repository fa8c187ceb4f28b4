package dev.ramtide.deploy.encryption;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ramtide.checkpoint.DirtyPages;
import dev.ramtide.checkpoint.RecordPlace;
import dev.ramtide.deploy.demo.GuestProgram;
import dev.ramtide.deploy.demo.GuestSpec;
import dev.ramtide.deploy.demo.Machine;
import dev.ramtide.deploy.demo.MemoryCopy;
import dev.ramtide.deploy.demo.QemuGuest;
import dev.ramtide.deploy.testbed.Pipeline;
import dev.ramtide.deploy.testbed.RamtideProcess;
import dev.ramtide.wire.EventCodec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A guest's memory is in the log, and only who has the key can tell. */
final class EncryptionIT {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final GuestSpec SPEC = new GuestSpec(Machine.Q35, 64, GuestProgram.idle(8));

  /** Sections of the device state that every PC has; no RAMBlock is called so. */
  private static final List<String> DEVICES =
      List.of("cpu_common", "ps2kbd", "mc146818rtc", "i8259");

  @TempDir private static Path directory;
  private static Pipeline pipeline;
  private static QemuGuest guest;
  private static List<String> patterns;
  private static Path keys;

  @BeforeAll
  static void start() throws Exception {
    pipeline = Pipeline.start(directory);
    keys = newKey("keys", "k1");
    guest = QemuGuest.start(SPEC);
    guest.awaitMarker(SOON);
    guest.stop();
    try (MemoryCopy memory = MemoryCopy.of(guest, directory);
        InputStream bytes = memory.read(0, SPEC.memoryBytes())) {
      patterns = Segments.patterns(bytes, 200);
    }
  }

  @AfterAll
  static void stop() throws IOException {
    guest.close();
    pipeline.close();
  }

  private static Path newKey(String file, String id) throws Exception {
    Path path = directory.resolve(file);
    try (RamtideProcess made =
        RamtideProcess.start(directory, "keys", path.toString(), "--new", id, "--use", id)) {
      assertThat(made.awaitExit(SOON)).as(made.stderr()).isZero();
      assertThat(made.stdout()).contains(id + "  (in use)");
      String secret = Files.readString(path).replaceAll("(?s).*key." + id + "=", "").strip();
      assertThat(made.stdout() + made.stderr()).doesNotContain(secret);
    }
    return path;
  }

  private static String[] agent(String vm, String... more) {
    return Stream.concat(
            Stream.of("agent", "--vm", vm, "--qmp", guest.agentSocket().toString()),
            Stream.concat(
                Stream.of("--mode", "stop", "--once", "--partitions", "2"), Stream.of(more)))
        .toArray(String[]::new);
  }

  private static String[] with(Path keyFile) {
    return new String[] {"--encryption-keys", keyFile.toString()};
  }

  private static String[] sink(String site, String vm, String... more) {
    return Stream.concat(
            Stream.of("sink", "--images", pipeline.images(site).toString(), "--vm", vm),
            Stream.of(more))
        .toArray(String[]::new);
  }

  private static void assertIsTheGuest(Path image) throws Exception {
    try (QemuGuest restored = QemuGuest.startIncoming(SPEC)) {
      restored.loadMappedRam(image, false);
      assertThat(guest.compareAllRam(restored).pagesDifferent()).isZero();
    }
  }

  /** With the umask of most machines others could read what is made without a thought. */
  private static void assertItsOwnersAlone(Path directory) throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path path : all.toList()) {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
            .as(path.toString())
            .endsWith("------");
      }
    }
  }

  private static long inLog(String vm) throws IOException {
    return Segments.found(directory.resolve("kafka"), "ramtide." + vm + ".", patterns);
  }

  @Test
  void theBrokerHasNoByteOfTheGuestAndTheSinkHasThemAll() throws Exception {
    pipeline.run(agent("clear"));
    pipeline.run(agent("secret", with(keys)));
    pipeline.run(agent("packed", "--encryption-keys", keys.toString(), "--compress-encrypted"));

    assertThat(inLog("clear")).isEqualTo(patterns.size());
    assertThat(inLog("secret")).isZero();
    assertThat(inLog("packed")).isZero();
    assertThat(devicesIn("clear")).containsExactlyElementsOf(DEVICES);
    assertThat(devicesIn("secret")).isEmpty();
    assertThat(devicesIn("packed")).isEmpty();
    assertIsTheGuest(pipeline.seal("site", "secret", 1, with(keys)));
    assertIsTheGuest(pipeline.seal("site", "packed", 1, with(keys)));
    assertItsOwnersAlone(pipeline.images("site"));
    JsonNode listed = pipeline.run("checkpoints", "--vm", "secret").get(0).at("/checkpoints/0");
    assertThat(listed.path("checkpoint").asLong()).isEqualTo(1);
    assertThat(listed.path("digest").isNull()).isTrue();
    pipeline.run(
        "verify",
        pipeline.image("site", "secret").toString(),
        "--vm",
        "secret",
        "--encryption-keys",
        keys.toString());
  }

  @Test
  void whoHasNoKeyIsToldWhichAndNothingIsMade() throws Exception {
    pipeline.run(agent("locked", with(keys)));
    Path other = newKey("other-keys", "k9");

    assertThat(pipeline.fail(sink("none", "locked", "--until-sealed", "1")))
        .contains("'k1'")
        .contains("--encryption-keys");
    assertThat(
            pipeline.fail(
                sink(
                    "none",
                    "locked",
                    "--until-sealed",
                    "1",
                    "--encryption-keys",
                    other.toString())))
        .contains("key 'k1' is not in " + other)
        .contains("[k9]");
    String out = directory.resolve("none.img").toString();
    assertThat(pipeline.fail("restore", "--vm", "locked", "-o", out))
        .contains("'k1'", "--encryption-keys", "--from-image DIR, DIR being");
    String images = pipeline.images("none").toString();
    assertThat(pipeline.fail("restore", "--vm", "locked", "-o", out, "--images", images))
        .contains("'k1'", "--from-image DIR, DIR being");
    pipeline.seal("a site", "locked", 1, with(keys));
    String sealed = pipeline.images("a site").toString();
    String when = "2100-01-01T00:00:00Z";
    String hint =
        pipeline.fail(
            "restore", "--vm", "locked", "-o", out, "--images", sealed, "--timestamp", when);
    assertThat(hint)
        .contains("--from-image '" + sealed + "/locked', instead of --vm, and without --timestamp");
    assertThat(directory.resolve("none.img")).doesNotExist();
    assertThat(pipeline.fail(agent("locked")))
        .contains("the log of locked is encrypted")
        .contains("--encryption-keys");
    assertThat(pipeline.fail("prune", "--vm", "locked", "--keep", "1")).contains("'k1'");
  }

  @Test
  void aNewKeyIsTakenAndAnOldOneIsNeededForWhatItEncrypted() throws Exception {
    Path rotated = newKey("rotated", "may");
    Path before = Files.copy(rotated, directory.resolve("before"));
    Files.setPosixFilePermissions(before, Files.getPosixFilePermissions(rotated));
    pipeline.run(agent("turn", with(rotated)));
    newKey("rotated", "june");
    pipeline.run(agent("turn", with(rotated)));

    assertIsTheGuest(pipeline.seal("turn-site", "turn", 2, with(rotated)));
    assertThat(
            pipeline.fail(
                sink(
                    "turn-old",
                    "turn",
                    "--until-sealed",
                    "2",
                    "--encryption-keys",
                    before.toString())))
        .contains("key 'june' is not in " + before);
    String image = directory.resolve("turn-1.img").toString();
    pipeline.run(
        "restore",
        "--vm",
        "turn",
        "--checkpoint",
        "1",
        "-o",
        image,
        "--encryption-keys",
        rotated.toString());
    assertIsTheGuest(Path.of(image));
  }

  @Test
  void whatWasChangedOrComesFromElsewhereIsRefusedWithItsPlace() throws Exception {
    pipeline.run(agent("here", with(keys)));
    pipeline.run(agent("there", with(keys)));
    pipeline.seal("guarded", "here", 1, with(keys));
    RecordPlace flipped = publish("ramtide.here.pages", changed(firstPages("here")));
    RecordPlace moved = publish("ramtide.here.pages", firstPages("there"));
    pipeline.run(agent("here", with(keys)));

    String[] sink =
        sink("guarded", "here", "--until-sealed", "2", "--encryption-keys", keys.toString());
    assertThat(pipeline.fail(sink))
        .contains(flipped.inWords())
        .contains("it is not what the agent of epoch")
        .contains("--skip-record " + flipped);
    String[] skipping =
        Stream.concat(
                Stream.of(sink),
                Stream.of("--skip-record", flipped.toString(), "--skip-record", moved.toString()))
            .toArray(String[]::new);
    pipeline.run(skipping);
    assertIsTheGuest(pipeline.image("guarded", "here"));
  }

  @Test
  void anotherKeyServiceIsUsedByItsName() throws Exception {
    Path office = newKey("office", "o1");
    Path config = directory.resolve("office.properties");
    Files.writeString(config, OfficeKeys.WHERE + "=" + office + "\n");
    String[] service = {
      "--key-service", OfficeKeys.class.getName(), "--command-config", config.toString()
    };
    pipeline.run(agent("office", service));
    assertThat(inLog("office")).isZero();
    assertThat(pipeline.fail(sink("office-site", "office", "--until-sealed", "1")))
        .contains("'office/o1'");
    assertIsTheGuest(pipeline.seal("office-site", "office", 1, service));
    assertThat(pipeline.fail(agent("office", "--key-service", "no.such.Class")))
        .contains("no.such.Class")
        .contains("KeyService");
  }

  /** One bit of the ciphertext is another one, and the checksum is right. */
  private static byte[] changed(byte[] value) throws IOException {
    EventCodec codec = new EventCodec();
    DirtyPages event = codec.decodePages(ByteBuffer.wrap(value));
    byte[] pages = new byte[event.pages().remaining()];
    event.pages().get(pages);
    pages[pages.length / 2] ^= 1;
    return codec.encode(
        DirtyPages.of(
            event.version(),
            event.checkpoint(),
            event.block(),
            event.ranges(),
            ByteBuffer.wrap(pages)));
  }

  private static byte[] firstPages(String vm) {
    return records("ramtide." + vm + ".pages").get(0);
  }

  /**
   * Which devices' names the records of a VM's history have. Its segments would not show them: they
   * are compressed, which a consumer undoes.
   */
  private static List<String> devicesIn(String vm) {
    List<String> values =
        records("ramtide." + vm + ".checkpoints").stream()
            .map(value -> new String(value, StandardCharsets.ISO_8859_1))
            .toList();
    return DEVICES.stream()
        .filter(device -> values.stream().anyMatch(value -> value.contains(device)))
        .toList();
  }

  /** All of partition 0, as any consumer gets them. */
  private static List<byte[]> records(String topic) {
    Map<String, Object> config = Map.of("bootstrap.servers", pipeline.bootstrapServers());
    ByteArrayDeserializer bytes = new ByteArrayDeserializer();
    TopicPartition partition = new TopicPartition(topic, 0);
    List<byte[]> values = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(config, bytes, bytes)) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
      while (consumer.position(partition) < end) {
        for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
          values.add(record.value());
        }
      }
    }
    return values;
  }

  private static RecordPlace publish(String topic, byte[] value) throws Exception {
    Map<String, Object> config =
        Map.of("bootstrap.servers", pipeline.bootstrapServers(), "acks", "all");
    ByteArraySerializer bytes = new ByteArraySerializer();
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(config, bytes, bytes)) {
      RecordMetadata written = producer.send(new ProducerRecord<>(topic, 0, null, value)).get();
      return new RecordPlace(topic, written.partition(), written.offset());
    }
  }
}
