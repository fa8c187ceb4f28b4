package dev.ramtide.deploy.fencing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ramtide.checkpoint.VmId;
import dev.ramtide.deploy.publish.SmallGuest;
import dev.ramtide.deploy.testbed.Pipeline;
import dev.ramtide.deploy.testbed.RamtideProcess;
import dev.ramtide.producer.capture.CaptureSession;
import dev.ramtide.producer.capture.SessionOptions;
import dev.ramtide.producer.publish.KafkaVmLog;
import dev.ramtide.producer.publish.LogSettings;
import dev.ramtide.sink.restore.GatedImage;
import dev.ramtide.sink.state.ControlFile;
import dev.ramtide.sink.state.ImagePaths;
import dev.ramtide.wire.VmTopics;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Properties;
import java.util.stream.Stream;

/** A small guest whose checkpoints go through a broker of its own to the sinks of one site. */
final class SmallVm implements AutoCloseable {
  private static final String NAME = "web-1";
  private static final int PAYLOAD_BYTES = 65536;

  private final int pages;
  private final int changes;
  private final SmallGuest guest;
  private final Pipeline pipeline;
  private final CaptureSession session;
  private final ImagePaths image;

  /**
   * @param changes of pages between two checkpoints
   */
  SmallVm(Path directory, int pages, int partitions, int changes) throws IOException {
    this.pages = pages;
    this.changes = changes;
    guest = new SmallGuest(pages);
    guest.fillWithNoise();
    pipeline = Pipeline.start(directory);
    image = new ImagePaths(pipeline.images("site").resolve(NAME));
    Properties client = new Properties();
    client.setProperty("bootstrap.servers", pipeline.bootstrapServers());
    VmTopics topics = new VmTopics("ramtide", new VmId(NAME));
    LogSettings settings =
        new LogSettings(
            client, topics, partitions, OptionalInt.of(1), PAYLOAD_BYTES, "host-of-test");
    SessionOptions options = new SessionOptions(16, partitions, PAYLOAD_BYTES, 0, "");
    session =
        new CaptureSession(new KafkaVmLog(settings, Clock.systemUTC()), options, Clock.systemUTC());
  }

  String bootstrapServers() {
    return pipeline.bootstrapServers();
  }

  ImagePaths image() {
    return image;
  }

  RamtideProcess sink(String... options) throws IOException {
    List<String> words = List.of("sink", "--images", pipeline.images("site").toString());
    return pipeline.start(Stream.concat(words.stream(), Stream.of(options)).toArray(String[]::new));
  }

  /** Lets the guest run, and returns the number of the checkpoint that was taken then. */
  long capture() throws IOException, InterruptedException {
    guest.run(changes);
    return session.capture(guest).checkpoint();
  }

  long sealed() throws IOException {
    return ControlFile.sealedCheckpoint(image).orElse(0L);
  }

  /** Waits until the checkpoint is sealed; no other one is taken meanwhile. */
  void awaitSealedIsTheGuest(long checkpoint, Duration limit) throws Exception {
    await()
        .atMost(limit)
        .alias("checkpoint " + checkpoint + " is sealed")
        .until(() -> sealed() == checkpoint);
    try (GatedImage whole = GatedImage.open(image.directory())) {
      byte[] memory = new byte[pages * SmallGuest.PAGE];
      whole.bytes().readFully(whole.index().fileOffsetOfPage(0, 0), ByteBuffer.wrap(memory));
      assertThat(Arrays.mismatch(memory, guest.memory())).isEqualTo(-1);
    }
  }

  @Override
  public void close() {
    session.close();
    pipeline.close();
  }
}
