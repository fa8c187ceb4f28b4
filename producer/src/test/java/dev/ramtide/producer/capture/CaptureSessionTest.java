package dev.ramtide.producer.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.checkpoint.PageCounts;
import dev.ramtide.checkpoint.PartitionCut;
import dev.ramtide.producer.stream.MachineDescription.Coverage;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CaptureSessionTest {
  private final FakeVmLog log = new FakeVmLog();
  private final ScriptedSource guest = new ScriptedSource();
  private CaptureSession session = session(0);

  private CaptureSession session(int keyframeInterval) {
    SessionOptions options = new SessionOptions(1024, 1, 65536, keyframeInterval, "nightly");
    return new CaptureSession(log, options, Clock.systemUTC());
  }

  @Test
  void aCheckpointGoesToTheLogInThisOrder() throws Exception {
    guest.fill(2, 'x');
    CheckpointManifest manifest = session.capture(guest);

    assertThat(log.takeStory())
        .containsExactly("claim", "begin 1", "start", "device", "pages 1 4", "flush", "complete 1");
    assertThat(manifest.epoch()).isEqualTo(10);
    assertThat(manifest.keyframe()).isTrue();
    assertThat(manifest.label()).isEqualTo("nightly");
    assertThat(manifest.counts()).isEqualTo(new PageCounts(4, 3, 0, 4, ScriptedSource.PAGE));
    assertThat(manifest.partitions()).extracting(PartitionCut::endRecordOffset).containsExactly(1L);
    assertThat(log.starts().get(0).machineType()).isEqualTo("pc-q35-10.0");
    assertThat(log.starts().get(0).topicIds()).isEqualTo(FakeVmLog.TOPIC_IDS);
  }

  @Test
  void whoWatchesIsToldOfEachCaptureAndOfItsEnd() throws Exception {
    List<String> told = new ArrayList<>();
    List<CaptureProgress> seen = new ArrayList<>();
    CaptureListener listener =
        new CaptureListener() {
          @Override
          public void claimed(long epoch) {
            told.add("claimed " + epoch);
          }

          @Override
          public void begins(CaptureProgress progress) {
            seen.add(progress);
          }

          @Override
          public void completed(CheckpointManifest manifest, CaptureProgress progress) {
            told.add("completed " + manifest.checkpoint() + " of " + progress.checkpoint());
          }
        };
    SessionOptions options = new SessionOptions(1024, 1, 65536, 0, "");
    session = new CaptureSession(log, options, Clock.systemUTC(), listener);
    guest.fill(2, 'x');
    session.capture(guest);
    guest.takeHeap(Runtime.getRuntime().maxMemory());
    assertThatIOException().isThrownBy(() -> session.capture(guest));

    assertThat(told).containsExactly("claimed 10", "completed 1 of 1");
    assertThat(seen).hasSize(2);
    assertThat(seen.get(0).phase()).isEqualTo(CaptureProgress.Phase.DONE);
    assertThat(seen.get(0).totalPages()).isEqualTo(4);
    assertThat(seen.get(0).deliveredPages()).isEqualTo(4);
    assertThat(seen.get(1).phase()).isEqualTo(CaptureProgress.Phase.FAILED);
    assertThat(seen.get(1).isOver()).isTrue();
  }

  @Test
  void whatWatchesCanFailWithoutTheCaptureThatItWatches() throws Exception {
    CaptureListener broken =
        new CaptureListener() {
          @Override
          public void claimed(long epoch) {
            throw new IllegalStateException("claimed");
          }

          @Override
          public void begins(CaptureProgress progress) {
            throw new IllegalStateException("begins");
          }

          @Override
          public void completed(CheckpointManifest manifest, CaptureProgress progress) {
            throw new IllegalStateException("completed");
          }
        };
    SessionOptions options = new SessionOptions(1024, 1, 65536, 0, "");
    session = new CaptureSession(log, options, Clock.systemUTC(), broken);
    guest.fill(2, 'x');
    assertThat(session.capture(guest).checkpoint()).isEqualTo(1);
    guest.fill(1, 'y');
    assertThat(session.capture(guest).keyframe()).as("a new epoch").isFalse();
  }

  @Test
  void aSourceForWhichTheHeapIsTooSmallIsRefusedBeforeItsFirstPage() {
    guest.takeHeap(Runtime.getRuntime().maxMemory());
    assertThatIOException()
        .isThrownBy(() -> session.capture(guest))
        .withMessageContaining("to read it");
    assertThat(log.takeStory()).containsExactly("claim", "begin 1");
  }

  @Test
  void oneEpochAfterTheOtherTakesMemoryOnce() throws Exception {
    guest.fill(2, 'x');
    session.capture(guest);
    long taken = session.hashMemory().allocatedBytes();
    assertThat(taken).isPositive();
    for (int epoch = 0; epoch < 20; epoch++) {
      guest.breakOff(true);
      assertThatIOException().isThrownBy(() -> session.capture(guest));
      guest.breakOff(false);
      assertThat(session.capture(guest).keyframe()).isTrue();
    }
    assertThat(session.hashMemory().allocatedBytes()).isEqualTo(taken);
  }

  @Test
  void theSecondCheckpointHoldsWhatChanged() throws Exception {
    guest.fill(2, 'x');
    session.capture(guest);
    log.takeStory();
    guest.fill(1, 'y');
    CheckpointManifest manifest = session.capture(guest);

    assertThat(log.takeStory())
        .containsExactly("begin 2", "device", "pages 2 1", "flush", "complete 2");
    assertThat(manifest.keyframe()).isFalse();
    assertThat(manifest.counts()).isEqualTo(new PageCounts(4, 2, 3, 1, ScriptedSource.PAGE));
    assertThat(manifest.partitions())
        .extracting(PartitionCut::startRecordOffset)
        .containsExactly(1L);
  }

  @Test
  void everyFewCheckpointsAreKeyframesIfAskedFor() throws Exception {
    session = session(2);
    List<Boolean> keyframes = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      keyframes.add(session.capture(guest).keyframe());
    }
    assertThat(keyframes).containsExactly(true, false, true, false, true);
    assertThat(log.starts()).hasSize(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"start", "pages", "device", "flush", "complete"})
  void aFailureOfTheLogEndsTheEpoch(String step) throws Exception {
    log.failAt(step);
    assertThatIOException()
        .isThrownBy(() -> session.capture(guest))
        .withMessage("broken at " + step);
    assertThat(log.takeStory()).endsWith("fail: broken at " + step, "close");
    log.failAt("");
    CheckpointManifest manifest = session.capture(guest);
    assertThat(manifest.epoch()).isEqualTo(20);
    assertThat(manifest.checkpoint()).isEqualTo(1);
    assertThat(manifest.keyframe()).isTrue();
  }

  @Test
  void aStreamThatBreaksOffEndsTheEpoch() throws Exception {
    session.capture(guest);
    guest.breakOff(true);
    assertThatIOException().isThrownBy(() -> session.capture(guest));
    assertThat(log.takeStory()).endsWith("fail: stream broke off", "close");
    guest.breakOff(false);
    assertThat(session.capture(guest).keyframe()).isTrue();
  }

  /**
   * With --confirm QEMU learns of the manifest, and may fail or be late to say that all is well.
   */
  @Test
  void aCheckpointThatIsInTheLogIsNotReportedAsFailed() throws Exception {
    guest.breakAfterwards();
    assertThatIOException()
        .isThrownBy(() -> session.capture(guest))
        .withMessage(
            "checkpoint 1 is safe in the log, but after that: QEMU's migration failed: it gives no reason");
    assertThat(log.takeStory()).endsWith("complete 1", "close");
  }

  @Test
  void aGuestThatIsNotThereCostsNoEpoch() throws Exception {
    session.capture(guest);
    log.takeStory();
    guest.stayAway(true);
    assertThatIOException().isThrownBy(() -> session.capture(guest));
    assertThat(log.takeStory()).containsExactly("begin 2");
    guest.stayAway(false);
    assertThat(session.capture(guest).keyframe()).isFalse();
  }

  @Test
  void aLogThatCannotBeReachedIsFoundBeforeTheGuestIsTouched() {
    log.failAt("claim");
    guest.stayAway(true);
    assertThatIOException().isThrownBy(() -> session.capture(guest)).withMessage("broken at claim");
  }

  @Test
  void anotherMachineIsAnotherEpoch() throws Exception {
    session.capture(guest);
    log.takeStory();
    guest.becomes("pc-q35-11.0");
    CheckpointManifest manifest = session.capture(guest);
    assertThat(manifest.epoch()).isEqualTo(20);
    assertThat(manifest.keyframe()).isTrue();
    assertThat(manifest.checkpoint()).isEqualTo(2);
    assertThat(log.takeStory()).startsWith("begin 2", "close", "claim", "begin 2", "start");
  }

  @Test
  void aCheckpointWithoutDeviceStateIsNone() {
    guest.loseDeviceState();
    assertThatIOException()
        .isThrownBy(() -> session.capture(guest))
        .withMessageContaining("no device state");
    assertThat(log.takeStory()).doesNotContain("complete 1");
  }

  @Test
  void aSourceOfChangesIsToldWhenAllMemoryIsNeeded() throws Exception {
    CaptureSession everyThird = session(3);
    guest.covers(Coverage.CHANGES);
    for (int checkpoint = 1; checkpoint <= 7; checkpoint++) {
      boolean keyframe = everyThird.capture(guest).keyframe();
      assertThat(keyframe).isEqualTo(checkpoint % 3 == 1);
      assertThat(guest.needed()).isEqualTo(keyframe ? Coverage.WHOLE : Coverage.CHANGES);
    }
    everyThird.close();
  }

  @Test
  void closingLetsGoOfTheEpoch() throws Exception {
    session.capture(guest);
    log.takeStory();
    session.close();
    session.close();
    assertThat(log.takeStory()).containsExactly("close");
  }
}
