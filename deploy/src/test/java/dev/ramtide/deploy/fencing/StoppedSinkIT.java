package dev.ramtide.deploy.fencing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.awaitility.Awaitility.await;

import dev.ramtide.checkpoint.VmId;
import dev.ramtide.deploy.publish.SmallGuest;
import dev.ramtide.deploy.testbed.KernelLocks;
import dev.ramtide.deploy.testbed.Pipeline;
import dev.ramtide.deploy.testbed.RamtideProcess;
import dev.ramtide.deploy.testbed.Suspension;
import dev.ramtide.producer.capture.CaptureSession;
import dev.ramtide.producer.capture.SessionOptions;
import dev.ramtide.producer.publish.KafkaVmLog;
import dev.ramtide.producer.publish.LogSettings;
import dev.ramtide.sink.restore.GatedImage;
import dev.ramtide.sink.state.ControlFile;
import dev.ramtide.sink.state.ImagePaths;
import dev.ramtide.wire.VmTopics;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Properties;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two sinks on one directory. One is stopped while it applies, and again while it seals; where it
 * stands is read from the kernel's list of locks. The guest's own memory says what is right.
 */
@Timeout(400)
final class StoppedSinkIT {
  private static final Duration SOON = Duration.ofSeconds(120);
  private static final String VM = "web-1";
  private static final int PAGES = 4000;
  private static final int PARTITIONS = 4;
  private static final int CHANGES = 1000;
  private static final byte[] MAGIC = {'Q', 'E', 'V', 'M'};

  @TempDir private Path directory;
  private final SmallGuest guest = new SmallGuest(PAGES);
  private Pipeline pipeline;
  private CaptureSession session;
  private ImagePaths image;

  @BeforeEach
  void start() throws Exception {
    pipeline = Pipeline.start(directory);
    image = new ImagePaths(pipeline.images("site").resolve(VM));
    Properties client = new Properties();
    client.setProperty("bootstrap.servers", pipeline.bootstrapServers());
    VmTopics topics = new VmTopics("ramtide", new VmId(VM));
    LogSettings settings =
        new LogSettings(client, topics, PARTITIONS, OptionalInt.of(1), 65536, "host-of-test");
    SessionOptions options = new SessionOptions(16, PARTITIONS, 65536, 0, "");
    session =
        new CaptureSession(new KafkaVmLog(settings, Clock.systemUTC()), options, Clock.systemUTC());
    guest.fillWithNoise();
    session.capture(guest);
  }

  @AfterEach
  void stop() {
    session.close();
    pipeline.close();
  }

  @Test
  void whatAStoppedSinkHoldsNobodyTouchesUntilItGoesOnOrDies() throws Exception {
    RamtideProcess first = sink();
    RamtideProcess second;
    try (Suspension stopped = stopWhileItHolds(KernelLocks.Kind.READ, first)) {
      long missed = captureOnce();
      second = sink();
      second.awaitStderr("waiting for the partition's lock", SOON);
      assertThat(sealed()).as("%s", stopped).isLessThan(missed);
      assertThat(hasMagic()).as("half applied, so refused by QEMU").isFalse();
    }
    assertHoldsTheGuest(captureOnce());
    assertThat(first.isAlive()).as("the late one gave its locks up and works on").isTrue();

    awaitBothHavePartitions(first, second);
    int said = first.stderr().length();
    int saidBySecond = second.stderr().length();
    try (Suspension stopped = stopWhileItHolds(KernelLocks.Kind.WRITE, first, second)) {
      long missed = captureOnce();
      boolean isFirst = stopped.is(first);
      awaitItWaits(isFirst ? second : first, isFirst ? saidBySecond : said);
      assertThat(sealed()).isLessThan(missed);
      (isFirst ? first : second).kill();
      assertHoldsTheGuest(missed);
    }
  }

  private RamtideProcess sink() throws IOException {
    return pipeline.start("sink", "--images", pipeline.images("site").toString());
  }

  /** While checkpoints come and come, stops the one that is seen with such a hold of the gate. */
  private Suspension stopWhileItHolds(KernelLocks.Kind kind, RamtideProcess... sinks)
      throws Exception {
    AtomicBoolean caught = new AtomicBoolean();
    ExecutorService agent = Executors.newSingleThreadExecutor();
    Future<?> captures =
        agent.submit(
            () -> {
              while (!caught.get()) {
                captureOnce();
              }
              return null;
            });
    try {
      long deadlineNanos = System.nanoTime() + SOON.toNanos();
      while (System.nanoTime() < deadlineNanos && !captures.isDone()) {
        for (RamtideProcess sink : sinks) {
          if (holds(kind, sink)) {
            Suspension suspension = Suspension.of(sink);
            if (holds(kind, sink)) {
              return suspension;
            }
            suspension.close();
          }
        }
      }
      return fail("no sink was seen with a lock of the kind " + kind + " within " + SOON);
    } finally {
      caught.set(true);
      captures.get();
      agent.shutdown();
    }
  }

  /** Shared counts while the image is half applied: an image that is sealed is only read. */
  private boolean holds(KernelLocks.Kind kind, RamtideProcess sink) throws IOException {
    return KernelLocks.heldBy(sink.pid(), image.controlLock()).equals(Optional.of(kind))
        && (kind == KernelLocks.Kind.WRITE || !hasMagic());
  }

  private long captureOnce() throws IOException, InterruptedException {
    guest.run(CHANGES);
    return session.capture(guest).checkpoint();
  }

  private static void awaitItWaits(RamtideProcess sink, int from) throws Exception {
    await()
        .atMost(SOON)
        .alias("it says what it waits for")
        .until(() -> sink.stderr().substring(from).contains("waiting for the partition's lock"));
  }

  /**
   * Whoever is stopped then has a partition that falls to the other, who waits for its lock and
   * says so. In the midst of a rebalance it may have none.
   */
  private void awaitBothHavePartitions(RamtideProcess first, RamtideProcess second) {
    await()
        .atMost(SOON)
        .alias("all partitions are held, by both")
        .until(
            () ->
                locked(first) > 0
                    && locked(second) > 0
                    && locked(first) + locked(second) == PARTITIONS);
  }

  private long locked(RamtideProcess sink) throws IOException {
    long locked = 0;
    for (int partition = 0; partition < PARTITIONS; partition++) {
      if (KernelLocks.heldBy(sink.pid(), image.partitionLock(partition)).isPresent()) {
        locked++;
      }
    }
    return locked;
  }

  private long sealed() throws IOException {
    return ControlFile.sealedCheckpoint(image).orElse(0L);
  }

  private boolean hasMagic() throws IOException {
    if (!Files.exists(image.ram())) {
      return false;
    }
    try (InputStream ram = Files.newInputStream(image.ram())) {
      return Arrays.equals(ram.readNBytes(4), MAGIC);
    }
  }

  private void assertHoldsTheGuest(long checkpoint) throws Exception {
    await().atMost(SOON).alias("the newest is sealed").until(() -> sealed() == checkpoint);
    try (GatedImage sealed = GatedImage.open(image.directory())) {
      byte[] memory = new byte[PAGES * SmallGuest.PAGE];
      long pagesAt = sealed.index().fileOffsetOfPage(0, 0);
      sealed.bytes().readFully(pagesAt, ByteBuffer.wrap(memory));
      assertThat(Arrays.mismatch(memory, guest.memory())).isEqualTo(-1);
    }
  }
}
