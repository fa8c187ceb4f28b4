package dev.ramtide.producer.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ramtide.checkpoint.CaptureMode;
import dev.ramtide.producer.qmp.QmpClient;
import dev.ramtide.producer.stream.GuestStateHandler;
import dev.ramtide.qemustream.MalformedStreamException;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(20)
class DrivenSourceTest {
  @TempDir Path dir;
  private FakeQemu qemu;

  @BeforeEach
  void start() throws IOException {
    qemu = new FakeQemu(dir.resolve("qmp.sock"));
  }

  @AfterEach
  void close() throws IOException {
    qemu.close();
  }

  @Test
  void thePauseIsMeasuredByQemusClock() throws Exception {
    for (DriveMode mode : DriveMode.values()) {
      assertThat(capture(mode).pauseLength())
          .as(mode.name())
          .isEqualTo(Duration.of(FakeQemu.PAUSE_US, ChronoUnit.MICROS));
      assertThat(qemu.runState()).isEqualTo("running");
    }
  }

  @ParameterizedTest
  @EnumSource(DriveMode.class)
  void theOwnersSettingsAreOutOfTheWayForTheMigrationOnly(DriveMode mode) throws Exception {
    qemu.capabilities.putAll(Map.of("xbzrle", true, "return-path", true, "events", false));
    qemu.parameters.putAll(Map.of("max-bandwidth", 1000, "tls-creds", "tls0"));
    Map<String, Boolean> capabilities = new TreeMap<>(qemu.capabilities);
    Map<String, Object> parameters = new TreeMap<>(qemu.parameters);
    capture(mode);
    boolean background = mode == DriveMode.AUTO || mode == DriveMode.BACKGROUND;
    assertThat(qemu.capabilitiesAtMigrate())
        .containsEntry("events", true)
        .containsEntry("xbzrle", false)
        .containsEntry("return-path", false)
        .containsEntry("background-snapshot", background);
    assertThat(qemu.parametersAtMigrate())
        .containsEntry("max-bandwidth", 0)
        .containsEntry("tls-creds", "");
    assertThat(qemu.capabilities).isEqualTo(capabilities);
    assertThat(qemu.parameters).isEqualTo(parameters);
  }

  @Test
  void autoIsLiveWhereNoBackgroundSnapshotCanBe() throws Exception {
    qemu.refuseBackground("Background-snapshot is not supported by host kernel");
    assertThat(capture(DriveMode.AUTO).mode()).isEqualTo(CaptureMode.LIVE);
    assertThatThrownBy(() -> capture(DriveMode.BACKGROUND))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("not supported by host kernel")
        .hasMessageContaining("--mode live");
  }

  @Test
  void aQemuThatDoesNotKnowBackgroundSnapshotsIsCapturedLive() throws Exception {
    qemu.capabilities.remove("background-snapshot");
    assertThat(capture(DriveMode.AUTO).mode()).isEqualTo(CaptureMode.LIVE);
    assertThatThrownBy(() -> capture(DriveMode.BACKGROUND))
        .hasMessageContaining("this version does not know it");
  }

  @Test
  void aPausedGuestIsNotResumed() throws Exception {
    qemu.runState("paused");
    assertThat(capture(DriveMode.STOP))
        .extracting(CaptureFacts::mode, CaptureFacts::pauseLength)
        .containsExactly(CaptureMode.STOP, Duration.ZERO);
    assertThat(qemu.runState()).isEqualTo("paused");
    assertThat(qemu.qmp.received()).doesNotContain("stop", "cont");
  }

  @Test
  void aGuestThatItsOwnerStopsDuringABackgroundSnapshotStands() throws Exception {
    capture(
        DriveMode.BACKGROUND,
        stream -> {
          stream.read(ByteBuffer.allocate(1)); // comes when the guest runs on
          qemu.stopByOwner();
        });
    assertThat(qemu.runState()).isEqualTo("paused");
    assertThat(qemu.qmp.received()).doesNotContain("cont");
  }

  /** QEMU does what it was told, also when nobody waits for its answer any more. */
  @Test
  void whoIsInterruptedAsHeSetsCapabilitiesPutsThemBack() {
    Map<String, Boolean> owners = new TreeMap<>(qemu.capabilities);
    qemu.afterCapabilities(interruptOnce(Thread.currentThread()));
    assertThatThrownBy(() -> capture(DriveMode.BACKGROUND))
        .isInstanceOf(InterruptedException.class);
    assertThat(qemu.qmp.received()).contains("migrate-set-capabilities").doesNotContain("migrate");
    assertThat(qemu.capabilities).isEqualTo(owners);
  }

  /** Returns when the thread has taken note. */
  private static Runnable interruptOnce(Thread thread) {
    AtomicBoolean done = new AtomicBoolean();
    return () -> {
      if (done.compareAndSet(false, true)) {
        thread.interrupt();
        while (thread.isInterrupted()) {
          Thread.onSpinWait();
        }
      }
    };
  }

  @Test
  void aGuestThatItsOwnerStopsJustBeforeABackgroundSnapshotStands() throws Exception {
    qemu.afterCapabilities(qemu::stopByOwner);
    capture(DriveMode.BACKGROUND);
    assertThat(qemu.runState()).isEqualTo("paused");
    assertThat(qemu.qmp.received()).doesNotContain("cont");
  }

  /** What its owner did before is not the pause of a background snapshot, which QEMU began. */
  @Test
  void aGuestThatQemuLeavesInTheMidstOfItsOwnPauseIsLetGo() {
    AtomicBoolean done = new AtomicBoolean();
    qemu.afterCapabilities(
        () -> {
          if (done.compareAndSet(false, true)) {
            qemu.stopByOwner();
            qemu.letGoByOwner();
          }
        });
    qemu.fate(FakeQemu.Fate.FAILS_IN_ITS_OWN_PAUSE);
    assertThatThrownBy(() -> capture(DriveMode.BACKGROUND)).isInstanceOf(IOException.class);
    assertThat(qemu.runState()).isEqualTo("running");
  }

  /** It was ours while the hook ran; since it ran on it is not, neither for us nor for a guard. */
  @Test
  void aGuestThatItsOwnerStopsAfterTheHookOfABackgroundSnapshotStands() throws Exception {
    NotedHolds noted = new NotedHolds();
    holds = noted;
    capture(
        DriveOptions.DEFAULTS.withMode(DriveMode.BACKGROUND).holdingGuest(),
        whenPaused(() -> {}),
        (stream, channels, told) -> {
          told.page(0, 0, new byte[0], 0);
          noted.awaitMayStand(false);
          qemu.stopByOwner();
          readAll(stream, told);
        });
    assertThat(qemu.runState()).isEqualTo("paused");
    assertThat(qemu.qmp.received()).containsOnlyOnce("cont");
  }

  @Test
  void aQemuThatWaitsForItsReaderIsCutOffBeforeItIsWaitedFor() {
    qemu.fate(FakeQemu.Fate.STALLS);
    qemu.contWaitsForTheReaderToHangUp();
    assertThatThrownBy(
            () ->
                capture(
                    DriveOptions.DEFAULTS.withMode(DriveMode.BACKGROUND).holdingGuest(),
                    whenPaused(() -> {}),
                    (stream, channels, told) -> {
                      told.page(0, 0, new byte[0], 0);
                      while (!qemu.qmp.received().contains("cont")) {
                        Thread.onSpinWait();
                      }
                      throw new IOException("Kafka is gone");
                    }))
        .hasMessage("Kafka is gone");
    assertThat(qemu.runState()).isEqualTo("running");
  }

  private static final class NotedHolds implements HoldStore {
    private volatile boolean mayStand;

    @Override
    public void write(GuestHold hold) {
      mayStand = hold.mayStand();
    }

    void awaitMayStand(boolean wanted) {
      long deadline = System.nanoTime() + Duration.ofSeconds(5).toNanos();
      while (mayStand != wanted) {
        assertThat(System.nanoTime()).as("may stand: " + mayStand).isLessThan(deadline);
        Thread.onSpinWait();
      }
    }

    @Override
    public void clear() {}

    @Override
    public void close() {}
  }

  @Test
  void aQemuThatCannotSayHowItsGuestStandsIsToldToLetItRun() {
    assertThatThrownBy(
            () ->
                capture(
                    DriveMode.STOP,
                    stream -> {
                      qemu.qmp.on(
                          "query-status",
                          arguments -> {
                            throw new IllegalStateException("held up");
                          });
                      throw new IOException("the log is gone");
                    }))
        .hasMessageContaining("the log is gone");
    assertThat(qemu.runState()).isEqualTo("running");
  }

  @Test
  void aGuestThatFellIllMeanwhileIsLeftAsItIs() {
    qemu.fate(FakeQemu.Fate.STALLS); // a migration that ends meanwhile would set the state itself
    assertThatThrownBy(
            () ->
                capture(
                    DriveMode.LIVE,
                    stream -> {
                      qemu.runState("io-error");
                      throw new IOException("Kafka is gone");
                    }))
        .hasMessage("Kafka is gone");
    assertThat(qemu.runState()).isEqualTo("io-error");
  }

  @ParameterizedTest
  @EnumSource(DriveMode.class)
  void whenOurSideFailsTheMigrationIsCancelledAndTheGuestRuns(DriveMode mode) {
    qemu.fate(FakeQemu.Fate.STALLS);
    assertThatThrownBy(
            () ->
                capture(
                    mode,
                    stream -> {
                      throw new IOException("Kafka is gone");
                    }))
        .isInstanceOf(IOException.class)
        .hasMessage("Kafka is gone");
    assertThat(qemu.runState()).isEqualTo("running");
    assertThat(qemu.capabilities).doesNotContainValue(true);
  }

  @ParameterizedTest
  @EnumSource(DriveMode.class)
  void aMistakeOfOursLeavesTheGuestRunningToo(DriveMode mode) {
    assertThatThrownBy(
            () ->
                capture(
                    mode,
                    stream -> {
                      throw new IllegalStateException("bug");
                    }))
        .isInstanceOf(IllegalStateException.class);
    assertThat(qemu.runState()).isEqualTo("running");
  }

  @Test
  void aQemuThatNeverConnectsIsReportedWithItsReason() {
    qemu.fate(FakeQemu.Fate.FAILS_TO_CONNECT);
    assertThatThrownBy(() -> capture(DriveMode.STOP))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("Failed to connect")
        .hasMessageContaining("Permission denied");
    assertThat(qemu.runState()).isEqualTo("running");
  }

  @Test
  void aMigrationThatQemuGivesUpIsReportedWithItsReasonNotAsATruncatedStream() {
    qemu.fate(FakeQemu.Fate.FAILS_HALF_WAY);
    assertThatThrownBy(() -> capture(DriveMode.LIVE))
        .hasMessageContaining("No space left on device");
  }

  @Test
  void aWholeStreamOfAMigrationThatFailedIsNoCapture() {
    qemu.fate(FakeQemu.Fate.FAILS_AT_THE_END);
    assertThatThrownBy(() -> capture(DriveMode.BACKGROUND))
        .hasMessageContaining("migration failed");
  }

  @Test
  void aQemuThatIsNotReadyToGoOnIsAskedAgain() throws Exception {
    qemu.refuseCont(3);
    capture(DriveMode.STOP);
    assertThat(qemu.runState()).isEqualTo("running");
  }

  /** QEMU, told to go on, says for a moment longer that it waits: a hook must not run twice. */
  @Test
  void aGuestThatIsHeldBeforeTheSwitchoverIsHeldOnce() throws Exception {
    AtomicInteger held = new AtomicInteger();
    GuestStateHandler counting = whenPaused(held::incrementAndGet);
    assertThat(captureHeld(DriveMode.LIVE, counting, stream -> readAll(stream, counting)).mode())
        .isEqualTo(CaptureMode.LIVE);
    assertThat(held).hasValue(1);
    assertThat(qemu.qmp.received()).containsOnlyOnce("migrate-continue");
    assertThat(qemu.runState()).isEqualTo("running");
  }

  @Test
  void aHookIsInterruptedWhenTheCaptureIsLost() {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch interrupted = new CountDownLatch(1);
    GuestStateHandler hook =
        whenPaused(
            () -> {
              begun.countDown();
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException e) {
                interrupted.countDown();
                throw e;
              }
            });
    assertThatThrownBy(
            () ->
                captureHeld(
                    DriveMode.LIVE,
                    hook,
                    stream -> {
                      assertThatCode(begun::await).doesNotThrowAnyException();
                      throw new IOException("Kafka is gone");
                    }))
        .hasMessage("Kafka is gone");
    assertThat(interrupted.getCount()).isZero();
    assertThat(qemu.runState()).isEqualTo("running");
    assertThat(qemu.capabilities).doesNotContainValue(true);
  }

  @Test
  void aMigrationOfSomebodyElseIsNotDisturbed() {
    qemu.migration(Map.of("status", "active"));
    assertThatThrownBy(() -> capture(DriveMode.AUTO)).hasMessageContaining("migrating already");
    assertThat(qemu.qmp.received()).doesNotContain("migrate_cancel", "migrate-set-capabilities");
  }

  @Test
  void aGuestThatCannotBeCapturedIsRefusedBeforeAnythingIsChanged() {
    qemu.runState("inmigrate");
    assertThatThrownBy(() -> capture(DriveMode.AUTO)).hasMessageContaining("incoming");
    qemu.runState("postmigrate");
    assertThatThrownBy(() -> capture(DriveMode.AUTO)).hasMessageContaining("'cont'");
    qemu.runState("prelaunch");
    assertThatThrownBy(() -> capture(DriveMode.STOP)).hasMessageContaining("'prelaunch'");
    assertThat(qemu.qmp.received()).doesNotContain("migrate", "migrate-set-capabilities");
  }

  @Test
  void aGuestThatStoodAndWasCapturedWithoutABackgroundSnapshotIsRefusedWithTheReason()
      throws Exception {
    qemu.refuseBackground("Background-snapshot is not supported by host kernel");
    qemu.runState("paused");
    assertThat(capture(DriveMode.AUTO).mode()).isEqualTo(CaptureMode.STOP);
    assertThatThrownBy(() -> capture(DriveMode.AUTO))
        .hasMessageContaining("our capture of a guest that stood")
        .hasMessageContaining("'cont'");
  }

  /** QEMU stops it for the end of the migration, and does not let it go by itself. */
  @Test
  void aGuestThatStoodAndThatItsOwnerLetsGoMeanwhileRunsOn() throws Exception {
    qemu.refuseBackground("Background-snapshot is not supported by host kernel");
    qemu.runState("paused");
    qemu.afterCapabilities(qemu::letGoByOwner);
    assertThat(capture(DriveMode.AUTO).mode()).isEqualTo(CaptureMode.STOP);
    assertThat(qemu.runState()).isEqualTo("running");
  }

  @Test
  void aDirectoryWhosePathIsTooLongForASocketIsRefused() throws Exception {
    Path deep = Files.createDirectories(dir.resolve("d".repeat(90)));
    try (DrivenSource source =
        new DrivenSource(
            QmpClient.connect(qemu.qmp.socket()),
            DriveOptions.DEFAULTS.withSocketParent(deep),
            (stream, channels, handler) -> readAll(stream, handler),
            HoldStore.NONE)) {
      assertThatThrownBy(() -> source.capture(nobody()))
          .hasMessageContaining("too long for a unix socket");
      try (Stream<Path> left = Files.list(deep)) {
        assertThat(left).isEmpty();
      }
    }
  }

  private HoldStore holds = HoldStore.NONE;

  @FunctionalInterface
  private interface Reading {
    void read(ReadableByteChannel stream) throws IOException;
  }

  private CaptureFacts capture(DriveMode mode) throws IOException, InterruptedException {
    return capture(mode, stream -> readAll(stream, nobody()));
  }

  private CaptureFacts capture(DriveMode mode, Reading reading)
      throws IOException, InterruptedException {
    return capture(
        DriveOptions.DEFAULTS.withMode(mode),
        nobody(),
        (stream, channels, told) -> reading.read(stream));
  }

  /** With a hook. */
  private CaptureFacts captureHeld(DriveMode mode, GuestStateHandler handler, Reading reading)
      throws IOException, InterruptedException {
    return capture(
        DriveOptions.DEFAULTS.withMode(mode).holdingGuest(),
        handler,
        (stream, channels, told) -> reading.read(stream));
  }

  private CaptureFacts capture(
      DriveOptions options, GuestStateHandler handler, StreamReading reading)
      throws IOException, InterruptedException {
    try (DrivenSource source =
        new DrivenSource(
            QmpClient.connect(qemu.qmp.socket()), options.withSocketParent(dir), reading, holds)) {
      return source.capture(handler);
    }
  }

  /** Reads to the end, and complains of a shorter stream as the real reader does. */
  private static void readAll(ReadableByteChannel stream, GuestStateHandler handler)
      throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(100);
    while (stream.read(bytes) >= 0) {
      assertThat(bytes.hasRemaining()).isTrue();
    }
    if (bytes.position() < FakeQemu.STREAM.length) {
      throw MalformedStreamException.truncated(bytes.position());
    }
  }

  private static GuestStateHandler nobody() {
    return whenPaused(
        () -> {
          throw new AssertionError("nobody holds the guest");
        });
  }

  private static GuestStateHandler whenPaused(GuestRelease.Step step) {
    return (GuestStateHandler)
        Proxy.newProxyInstance(
            DrivenSourceTest.class.getClassLoader(),
            new Class<?>[] {GuestStateHandler.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("paused")) {
                step.run();
              }
              return null;
            });
  }
}
