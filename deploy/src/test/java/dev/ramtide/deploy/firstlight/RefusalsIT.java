package dev.ramtide.deploy.firstlight;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.ramtide.checkpoint.DirtyPages;
import dev.ramtide.checkpoint.PageVersion;
import dev.ramtide.deploy.demo.GuestProgram;
import dev.ramtide.deploy.demo.GuestSpec;
import dev.ramtide.deploy.demo.Machine;
import dev.ramtide.deploy.demo.QemuGuest;
import dev.ramtide.deploy.testbed.Pipeline;
import dev.ramtide.deploy.testbed.RamtideProcess;
import dev.ramtide.guest.PageKind;
import dev.ramtide.guest.PageRange;
import dev.ramtide.wire.EventCodec;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What must not get in gets a clear word, a non-zero exit, and leaves everything as it was. */
final class RefusalsIT {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final GuestSpec BUSY = new GuestSpec(Machine.Q35, 128, GuestProgram.busy(8, 2048));

  @TempDir private static Path directory;
  private static Pipeline pipeline;

  @BeforeAll
  static void start() throws IOException {
    pipeline = Pipeline.start(directory);
  }

  @AfterAll
  static void stop() {
    pipeline.close();
  }

  @ParameterizedTest
  @CsvSource({
    "xbzrle,xbzrle",
    "postcopy-ram,postcopy",
    "dirty-bitmaps,dirty-bitmaps",
    "return-path,return-path",
    "multifd,multifd"
  })
  void aCapabilityThatChangesTheStreamIsNamed(String capability, String named) throws Exception {
    String vm = "cap-" + capability;
    Path socket = directory.resolve(vm + ".sock");
    try (QemuGuest source = QemuGuest.start(BUSY);
        RamtideProcess agent =
            pipeline.start("agent", "--vm", vm, "--listen", "unix:" + socket, "--once")) {
      source.awaitMarker(SOON);
      agent.awaitStderr("listening", SOON);
      source.execute(
          "migrate-set-capabilities",
          Map.of("capabilities", List.of(Map.of("capability", capability, "state", true))));
      // A page is sent as a difference from the second time on: sent slower than it is written, it
      // comes again and again.
      source.execute(
          "migrate-set-parameters", Map.of("downtime-limit", 1, "max-bandwidth", 64 << 20));
      source.execute("migrate", Map.of("uri", "unix:" + socket));
      assertThat(agent.awaitExit(SOON)).isNotZero();
      assertThat(agent.stderr())
          .containsIgnoringCase(named)
          .contains("turn")
          .doesNotContain("\tat ");
      assertThat(pipeline.fail("restore", "--vm", vm, "-o", directory.resolve(vm).toString()))
          .contains("has no complete checkpoint yet");
    }
  }

  @Test
  void aTruncatedStreamIsRefusedAndTheEarlierCheckpointStays() throws Exception {
    Path whole = directory.resolve("stream");
    try (QemuGuest source =
        QemuGuest.start(new GuestSpec(Machine.Q35, 128, GuestProgram.idle(4)))) {
      source.awaitMarker(SOON);
      source.migrateTo("exec:cat > " + whole, Set.of());
    }
    byte[] stream = Files.readAllBytes(whole);
    assertThat(feed("cut", stream)).isZero();
    Path sealed = pipeline.seal("cut", "cut", 1);
    for (int length :
        new int[] {0, 7, 100, stream.length / 2, stream.length - 200_000, stream.length - 1}) {
      assertThat(feed("cut", Arrays.copyOf(stream, length)))
          .as("%d of %d bytes", length, stream.length)
          .isNotZero();
    }
    Pipeline.assertSameBytes(pipeline.restore("cut", 1, "cut.img"), sealed);
    JsonNode known = pipeline.run("checkpoints", "--vm", "cut").get(0);
    assertThat(known.get("checkpoints")).hasSize(1);
  }

  /** What the agent's exit code is when exactly these bytes arrive. */
  private static int feed(String vm, byte[] stream) throws Exception {
    Path socket = directory.resolve(vm + ".sock");
    try (RamtideProcess agent =
        pipeline.start("agent", "--vm", vm, "--listen", "unix:" + socket, "--once")) {
      agent.awaitStderr("listening", SOON);
      try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
        channel.connect(UnixDomainSocketAddress.of(socket));
        ByteBuffer bytes = ByteBuffer.wrap(stream);
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
      }
      return agent.awaitExit(SOON);
    }
  }

  @Test
  void aGuestWithAnotherLayoutTakesTheImagesPlaceAndTheOldOneStaysInTheLog() throws Exception {
    GuestSpec larger = new GuestSpec(Machine.Q35, 192, GuestProgram.idle(8));
    Path first;
    try (QemuGuest source =
        QemuGuest.start(new GuestSpec(Machine.Q35, 128, GuestProgram.idle(8)))) {
      source.awaitMarker(SOON);
      capture(source, "layout");
      first = Files.copy(pipeline.seal("layout", "layout", 1), directory.resolve("first.img"));
    }
    try (QemuGuest source = QemuGuest.start(larger)) {
      source.awaitMarker(SOON);
      source.stop();
      capture(source, "layout");
      try (QemuGuest restored = QemuGuest.startIncoming(larger)) {
        restored.loadMappedRam(pipeline.seal("layout", "layout", 2), false);
        assertThat(source.compareAllRam(restored).pagesDifferent()).isZero();
      }
    }
    Pipeline.assertSameBytes(pipeline.restore("layout", 1, "layout-1.img"), first);
  }

  @Test
  void aNameThatIsNoNameIsRefusedBeforeAnythingIsTouched() throws Exception {
    assertThat(
            pipeline.fail(
                "agent", "--vm", "../x", "--listen", "unix:" + directory.resolve("x"), "--once"))
        .contains("'../x' cannot name a VM");
    assertThat(
            pipeline.fail("sink", "--vm", "../x", "--images", pipeline.images("none").toString()))
        .contains("'../x' cannot name a VM");
    assertThat(pipeline.images("none")).doesNotExist();
  }

  @Test
  void aTopicWithAnotherPartitionCountIsRefused() throws Exception {
    try (QemuGuest source = QemuGuest.start(BUSY)) {
      source.awaitMarker(SOON);
      capture(source, "parts", "--partitions", "3");
      assertThat(
              pipeline.fail(
                  "agent",
                  "--vm",
                  "parts",
                  "--qmp",
                  source.agentSocket().toString(),
                  "--once",
                  "--partitions",
                  "5"))
          .contains("ramtide.parts.pages")
          .contains("3")
          .contains("5");
      assertThat(source.status().running()).isTrue();
    }
  }

  @Test
  void anEventThatCannotBeRightStopsTheVmAndTheSealedImageStays() throws Exception {
    PageRange outside = new PageRange(1 << 20, 1, PageKind.ZERO);
    DirtyPages beyond =
        DirtyPages.of(new PageVersion(0, 1 << 30), 2, 0, List.of(outside), ByteBuffer.allocate(0));
    DirtyPages damaged =
        new DirtyPages(
            new PageVersion(0, 1 << 30),
            2,
            0,
            List.of(new PageRange(0, 1, PageKind.ZERO)),
            ByteBuffer.allocate(0),
            12345);
    assertStops("bad-range", beyond, "outside RAMBlock pc.ram");
    assertStops("bad-sum", damaged, "checksum");
  }

  private static void assertStops(String vm, DirtyPages event, String because) throws Exception {
    try (QemuGuest source = QemuGuest.start(BUSY)) {
      source.awaitMarker(SOON);
      capture(source, vm, "--partitions", "1");
      Path sealed = pipeline.seal(vm, vm, 1);
      Path copy = Files.copy(sealed, directory.resolve(vm + "-1.img"));
      publish(vm, new EventCodec().encode(event));
      capture(source, vm, "--partitions", "1");
      assertThat(
              pipeline.fail(
                  "sink",
                  "--images",
                  pipeline.images(vm).toString(),
                  "--vm",
                  vm,
                  "--until-sealed",
                  "2"))
          .contains("ramtide." + vm + ".pages, partition 0, record offset")
          .contains(because);
      Pipeline.assertSameBytes(pipeline.restore(vm, 1, vm + "-again.img"), copy);
    }
  }

  private static void capture(QemuGuest source, String vm, String... more) throws Exception {
    String[] args = {
      "agent", "--vm", vm, "--qmp", source.agentSocket().toString(), "--mode", "stop", "--once"
    };
    String[] all = Arrays.copyOf(args, args.length + more.length);
    System.arraycopy(more, 0, all, args.length, more.length);
    pipeline.run(all);
  }

  private static void publish(String vm, byte[] value) throws Exception {
    Map<String, Object> config =
        Map.of("bootstrap.servers", pipeline.bootstrapServers(), "acks", "all");
    ByteArraySerializer bytes = new ByteArraySerializer();
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(config, bytes, bytes)) {
      producer.send(new ProducerRecord<>("ramtide." + vm + ".pages", 0, null, value)).get();
    }
  }
}
