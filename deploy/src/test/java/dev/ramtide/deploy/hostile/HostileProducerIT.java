package dev.ramtide.deploy.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ramtide.checkpoint.DirtyPages;
import dev.ramtide.checkpoint.PageVersion;
import dev.ramtide.checkpoint.RecordPlace;
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
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Somebody with the right to write to a VM's topics, a real producer and valid checksums. */
final class HostileProducerIT {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final GuestSpec SPEC = new GuestSpec(Machine.Q35, 64, GuestProgram.idle(8));

  @TempDir private static Path directory;
  private static Pipeline pipeline;
  private static QemuGuest guest;

  @BeforeAll
  static void start() throws Exception {
    pipeline = Pipeline.start(directory);
    guest = QemuGuest.start(SPEC);
    guest.awaitMarker(SOON);
    guest.stop(); // What is sealed of it later is what stands in its memory now.
  }

  @AfterAll
  static void stop() throws IOException {
    guest.close();
    pipeline.close();
  }

  @Test
  void aVmWithEventsThatCannotBeStopsAndOthersGoOnUntilTheyAreNamed() throws Exception {
    capture("web");
    capture("db");
    RecordPlace outside;
    RecordPlace future;
    try (RamtideProcess sink = sink("web", "db")) {
      sink.awaitStderr("sealed vm=\"web\" checkpoint=\"1\"", SOON);
      sink.awaitStderr("sealed vm=\"db\" checkpoint=\"1\"", SOON);
      Path sealed = Files.copy(pipeline.image("site", "web"), directory.resolve("web-1.img"));
      outside = publish("ramtide.web.pages", event(0, 1L << 40));
      future = publish("ramtide.web.pages", event(Long.MAX_VALUE, 0));
      Pipeline.assertSameBytes(pipeline.image("site", "web"), sealed);
      capture("web");
      sink.awaitStderr(outside.inWords() + ": pages 1099511627776 to", SOON);
      capture("db");
      assertThat(sink.awaitExit(SOON)).isEqualTo(1);
      assertThat(sink.stderr())
          .contains("sealed vm=\"db\" checkpoint=\"2\"")
          .contains("To go on without this record: --skip-record " + outside)
          .doesNotContain("\tat ");
      Pipeline.assertSameBytes(pipeline.restore("web", 1, "web-1-again.img"), sealed);
    }
    assertThat(sealSkipping("web", outside, future))
        .contains("passed over")
        .contains("\"" + outside + "\"")
        .contains("\"" + future + "\"");
    try (QemuGuest restored = QemuGuest.startIncoming(SPEC)) {
      restored.loadMappedRam(pipeline.image("site", "web"), false);
      assertThat(guest.compareAllRam(restored).pagesDifferent()).isZero();
    }
  }

  @Test
  void aRecordThatNobodyCanReadStopsAHistoryUntilItIsNamed() throws Exception {
    capture("log");
    RecordPlace text = publish("ramtide.log.checkpoints", "hello".getBytes(StandardCharsets.UTF_8));
    String remedy = "To go on without this record: --skip-record " + text;
    assertThat(pipeline.fail(agent("log"))).contains(text.inWords()).contains(remedy);
    assertThat(pipeline.fail("checkpoints", "--vm", "log")).contains(text.inWords() + ": ");
    pipeline.run(skipping(agent("log"), text));
    assertThat(sealSkipping("log", text)).contains("passed over").contains("\"" + text + "\"");
  }

  /** One page of zeros, as an agent of that epoch would say it. */
  private static byte[] event(long epoch, long pageIndex) {
    PageRange range = new PageRange(pageIndex, 1, PageKind.ZERO);
    PageVersion version = new PageVersion(epoch, 1 << 30);
    return new EventCodec()
        .encode(DirtyPages.of(version, 2, 0, List.of(range), ByteBuffer.allocate(0)));
  }

  private static String[] agent(String vm) {
    String socket = guest.agentSocket().toString();
    return new String[] {
      "agent", "--vm", vm, "--qmp", socket, "--mode", "stop", "--once", "--partitions", "2"
    };
  }

  private static void capture(String vm) throws Exception {
    pipeline.run(agent(vm));
  }

  /** A sink that ends when checkpoint 2 of all is sealed, or cannot be. */
  private static RamtideProcess sink(String... vms) throws IOException {
    String images = pipeline.images("site").toString();
    Stream<String> args = Stream.of("sink", "--until-sealed", "2", "--images", images, "--vm");
    return pipeline.start(Stream.concat(args, Stream.of(vms)).toArray(String[]::new));
  }

  /** What a sink says that seals all the same. */
  private static String sealSkipping(String vm, RecordPlace... places) throws Exception {
    try (RamtideProcess sink = sink(skipping(new String[] {vm}, places))) {
      assertThat(sink.awaitExit(SOON)).as(sink.stderr()).isZero();
      return sink.stderr();
    }
  }

  private static String[] skipping(String[] args, RecordPlace... places) {
    Stream<String> skip = Stream.of(places).flatMap(p -> Stream.of("--skip-record", p.toString()));
    return Stream.concat(Stream.of(args), skip).toArray(String[]::new);
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
