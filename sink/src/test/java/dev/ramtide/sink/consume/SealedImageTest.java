package dev.ramtide.sink.consume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.checkpoint.CheckpointRecord;
import dev.ramtide.checkpoint.DirtyPages;
import dev.ramtide.checkpoint.PartitionCut;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.integrity.PageDigest;
import dev.ramtide.sink.SmallGuest;
import dev.ramtide.sink.image.ChannelFile;
import dev.ramtide.sink.restore.ImageVerifier;
import dev.ramtide.sink.seal.DigestMismatchException;
import dev.ramtide.sink.state.ControlState;
import dev.ramtide.sink.state.DirectoryTree;
import dev.ramtide.wire.EventCodec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The protocol of gate, apply and seal, over a log in memory. */
final class SealedImageTest {
  private static final byte[] MAGIC = {'Q', 'E', 'V', 'M'};

  @TempDir private Path directory;
  private final ScriptedLog log = new ScriptedLog();

  @Test
  void theFirstCheckpointFlowsStraightThroughAndIsSealed() throws Exception {
    log.startEpoch(40);
    log.publishEveryPage(0);
    try (ScriptedMember member = member("a")) {
      member.settle();
      assertThat(member.state()).isEqualTo(new ControlState.Filling());
      assertThat(magic(member)).isNotEqualTo(MAGIC);
      CheckpointManifest manifest = log.complete(1, true);
      member.settle();
      assertSealed(member, manifest);
    }
  }

  @Test
  void pagesWithoutManifestStayInTheLogOnceSealed() throws Exception {
    try (ScriptedMember member = sealedOnce("a")) {
      byte[] sealed = Files.readAllBytes(member.image());
      log.publish(SmallGuest.data(0, 5, 0, 3));
      member.settle();
      assertThat(Files.readAllBytes(member.image())).isEqualTo(sealed);
      CheckpointManifest second = log.complete(2, false);
      member.settle();
      assertSealed(member, second);
    }
  }

  @Test
  void whileApplyingTheMagicIsGone() throws Exception {
    try (ScriptedMember member = sealedOnce("a")) {
      log.publish(SmallGuest.data(0, 5, 0, 3));
      log.complete(2, false);
      member.duty.step();
      assertThat(member.state()).isEqualTo(new ControlState.Applying(2));
      assertThat(magic(member)).isEqualTo(new byte[4]);
    }
  }

  @Test
  void aMemberThatHasNotReadTheManifestYetWaitsForIt() throws Exception {
    CheckpointManifest manifest;
    try (ScriptedMember ahead = sealedOnce("a")) {
      log.publish(SmallGuest.data(0, 5, 0, 3));
      manifest = log.complete(2, false);
      ahead.duty.step();
    }
    CheckpointRecord newest = log.holdBackNewest();
    try (ScriptedMember behind = member("a")) {
      behind.settle();
      assertThat(behind.state()).isEqualTo(new ControlState.Applying(2));
      log.handOver(newest);
      behind.settle();
      assertSealed(behind, manifest);
    }
  }

  @Test
  void aTornCheckpointIsOvertakenByTheNextKeyframe() throws Exception {
    try (ScriptedMember member = sealedOnce("a")) {
      log.publish(SmallGuest.data(0, 6, 0, 1)); // The agent dies here.
      log.startEpoch(40);
      log.publishEveryPage(0);
      CheckpointManifest manifest = log.complete(2, true);
      member.settle();
      assertSealed(member, manifest);
    }
  }

  @Test
  void aZombiesManifestAndPagesChangeNothing() throws Exception {
    try (ScriptedMember member = sealedOnce("a")) {
      CheckpointManifest ofZombie = log.manifest(2, false);
      log.startEpoch(40);
      log.publishEveryPage(0);
      log.publish(SmallGuest.data(0, 99, 0, 1));
      log.tell(ofZombie);
      CheckpointManifest manifest = log.complete(2, true);
      member.settle();
      assertThat(log.follow.history().checkpoint(2).orElseThrow().manifest()).isEqualTo(manifest);
      assertSealed(member, manifest);
    }
  }

  @Test
  void aCrashBetweenAnyTwoDeliveriesEndsInTheSameBytes() throws Exception {
    log.startEpoch(40);
    log.publishEveryPage(0);
    log.complete(1, true);
    log.publish(SmallGuest.data(0, 5, 0, 3));
    log.publish(SmallGuest.zero(0, 6, 0, 4));
    log.complete(2, false);
    byte[] expected = settledImage("whole");
    for (int crash = 1; crash < 30; crash++) {
      String name = "crash-" + crash;
      try (ScriptedMember dies = member(name)) {
        for (int step = 0; step < crash; step++) {
          dies.step(dies.tasks.get(step % 3), 2);
          if (step % 5 == 4) {
            dies.tasks.get(step % 3).force();
            dies.duty.step();
          }
        }
      }
      assertThat(settledImage(name)).as("crash after %d deliveries", crash).isEqualTo(expected);
    }
  }

  @Test
  void anImageFilledLateEqualsOneThatFollowed() throws Exception {
    byte[] followed;
    try (ScriptedMember member = sealedOnce("followed")) {
      log.publish(SmallGuest.data(0, 5, 1, 2));
      log.complete(2, false);
      member.settle();
      followed = Files.readAllBytes(member.image());
    }
    assertThat(settledImage("late")).isEqualTo(followed);
  }

  @Test
  void aDigestThatDiffersNamesThePartitionsAndLeavesTheImageUnsealed() throws Exception {
    log.startEpoch(40);
    log.publishEveryPage(0);
    CheckpointManifest right = log.manifest(1, true);
    List<PartitionCut> cuts = new ArrayList<>(right.partitions());
    cuts.set(
        1,
        new PartitionCut(
            cuts.get(1).startRecordOffset(), cuts.get(1).endRecordOffset(), new PageDigest(1, 2)));
    log.tell(
        new CheckpointManifest(
            1,
            right.epoch(),
            true,
            "",
            right.mode(),
            right.times(),
            cuts,
            right.deviceState(),
            right.counts()));
    AtomicInteger told = countDigestsThatDiffer();
    try (ScriptedMember member = member("a")) {
      assertThatThrownBy(member::settle)
          .isInstanceOf(DigestMismatchException.class)
          .hasMessageContaining("[1]");
      assertThat(magic(member)).isEqualTo(new byte[4]);
    }
    assertThat(told).hasValue(1);
  }

  /** Somebody is called for each. */
  private AtomicInteger countDigestsThatDiffer() {
    AtomicInteger told = new AtomicInteger();
    log.follow.tell(
        new SinkListener() {
          @Override
          public void digestDiffers(VmId vm) {
            told.incrementAndGet();
          }
        });
    return told;
  }

  /**
   * A partition that wrote past the end of checkpoint 1 before anybody knew of its manifest;
   * nothing of it is forced.
   */
  private void writePastTheFirstCheckpoint(ScriptedMember member) throws Exception {
    log.startEpoch(40);
    log.publishEveryPage(0);
    member.settle();
    CheckpointManifest first = log.manifest(1, true);
    log.publish(SmallGuest.data(0, 5, 0, 3));
    member.step(member.tasks.get(0), 7);
    log.tell(first);
  }

  @Test
  void aPartitionThatWroteOnBeforeItKnewOfTheManifestIsNoWrongDigest() throws Exception {
    try (ScriptedMember member =
        new ScriptedMember(directory.resolve("a"), log, Duration.ofMinutes(1))) {
      AtomicInteger told = countDigestsThatDiffer();
      writePastTheFirstCheckpoint(member);
      member.duty.step();
      member.duty.step();
      assertThat(magic(member)).isEqualTo(new byte[4]);
      assertThat(told).hasValue(0);
      CheckpointManifest second = log.complete(2, false);
      member.settle();
      assertSealed(member, second);
    }
  }

  @Test
  void ifItsOwnerDiedTheNextCheckpointIsSealedInstead() throws Exception {
    try (ScriptedMember dies = member("a")) {
      writePastTheFirstCheckpoint(dies);
    }
    CheckpointManifest second;
    try (ScriptedMember member =
        new ScriptedMember(directory.resolve("a"), log, Duration.ofMinutes(1))) {
      member.settle();
      assertThat(magic(member)).isEqualTo(new byte[4]);
      second = log.complete(2, false);
    }
    try (ScriptedMember member = member("a")) {
      member.settle();
      assertSealed(member, second);
    }
  }

  @Test
  void aBadEventStopsWithTopicPartitionAndOffset() throws Exception {
    try (ScriptedMember member = sealedOnce("a")) {
      byte[] sealed = Files.readAllBytes(member.image());
      DirtyPages good = SmallGuest.data(0, 5, 0, 3);
      DirtyPages bad =
          new DirtyPages(good.version(), 1, 0, good.ranges(), good.pages(), good.checksum() + 1);
      long at = log.end(0);
      log.publishRaw(0, new EventCodec().encode(bad));
      log.complete(2, false);
      assertThatThrownBy(member::settle)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("ramtide.web-1.pages, partition 0, record offset " + at)
          .hasMessageContaining("checksum");
      byte[] now = Files.readAllBytes(member.image());
      System.arraycopy(MAGIC, 0, now, 0, 4);
      assertThat(now).isEqualTo(sealed);
    }
  }

  @Test
  void anEpochThatNobodyStartedIsRefusedBelowAManifest() throws Exception {
    try (ScriptedMember member = sealedOnce("a")) {
      log.publishRaw(0, new EventCodec().encode(SmallGuest.data(77, 0, 0, 3)));
      log.complete(2, false);
      assertThatThrownBy(member::settle).hasMessageContaining("epoch 77, which nobody started");
    }
  }

  @Test
  void anotherLayoutFillsBesideAndTakesThePlaceWithItsFirstSeal() throws Exception {
    try (ScriptedMember member = sealedOnce("a")) {
      byte[] sealed = Files.readAllBytes(member.image());
      log.startEpoch(52);
      log.publishEveryPage(0);
      member.settle();
      assertThat(Files.readAllBytes(member.image()))
          .as("the old one stays restorable")
          .isEqualTo(sealed);
      CheckpointManifest manifest = log.complete(2, true);
      member.settle();
      assertSealed(member, manifest);
      assertThat(directory.resolve("a/web-1.next")).doesNotExist();
      assertThat(directory.resolve("a/web-1.old")).doesNotExist();
      log.publish(SmallGuest.data(log.follow.history().highestEpoch(), 9, 0, 50));
      CheckpointManifest third = log.complete(3, false);
      member.settle();
      assertSealed(member, third);
    }
  }

  @Test
  void theNewOwnerWaitsForTheLockOfTheFormer() throws Exception {
    log.startEpoch(40);
    log.publishEveryPage(0);
    log.complete(1, true);
    try (ScriptedMember former = member("a");
        ScriptedMember next = member("a")) {
      former.step(former.tasks.get(0), 1);
      Thread other =
          new Thread(
              () -> {
                try {
                  next.step(next.tasks.get(0), 1);
                } catch (IOException | InterruptedException e) {
                  throw new AssertionError(e);
                }
              });
      other.start();
      other.join();
      assertThat(next.feeds.get(0).paused).isTrue();
      assertThat(next.feeds.get(0).position).isZero();
    }
  }

  @Test
  void aTornEpochOfAnotherLayoutIsPassedOverByAnImageThatStaysOpen() throws Exception {
    try (ScriptedMember member = sealedOnce("a")) {
      log.startEpoch(52);
      log.publishEveryPage(0); // The agent dies before the checkpoint is complete.
      log.startEpoch(40);
      log.publishEveryPage(0);
      CheckpointManifest manifest = log.complete(2, true);
      member.settle();
      assertSealed(member, manifest);
    }
  }

  @Test
  void aPartitionThatBeginsWithALaterKeyframeIsNoPartOfTheEarlierCheckpoint() throws Exception {
    log.startEpoch(40);
    log.publishEveryPage(0);
    log.complete(1, true);
    try (ScriptedMember member = member("a")) {
      member.duty.step();
      for (int partition : new int[] {0, 1}) {
        for (int turn = 0; turn < 20; turn++) {
          member.step(member.tasks.get(partition), 7);
          member.tasks.get(partition).force();
        }
      }
      log.startEpoch(40);
      log.publishEveryPage(0);
      CheckpointManifest second = log.complete(2, true);
      member.settle(); // Partition 2 begins only now.
      assertSealed(member, second);
    }
  }

  @Test
  void whatFailsWhileAPartitionBeginsCanBeTriedAgain() throws Exception {
    log.startEpoch(40);
    log.publishEveryPage(0);
    try (ScriptedMember member = member("a")) {
      member.feeds.get(0).beginningFailures = 1;
      assertThatThrownBy(() -> member.step(member.tasks.get(0), 7))
          .isInstanceOf(TimeoutException.class);
      CheckpointManifest manifest = log.complete(1, true);
      member.settle();
      assertSealed(member, manifest);
    }
  }

  @Test
  void anImageWhoseDirectoryWasRemovedFillsAnew() throws Exception {
    try (ScriptedMember member = sealedOnce("a")) {
      DirectoryTree.delete(directory.resolve("a/web-1"));
      member.settle();
      assertSealed(member, log.follow.history().newest().orElseThrow().manifest());
    }
  }

  @Test
  void tablesWithoutTheirFileAreRefused() throws Exception {
    sealedOnce("a").close();
    Files.delete(directory.resolve("a/web-1/ram.img"));
    try (ScriptedMember member = member("a")) {
      assertThatThrownBy(member::settle)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("ram.img is missing");
    }
  }

  @Test
  void aFileWithoutItsControlIsRefusedAndNotFilled() throws Exception {
    sealedOnce("a").close();
    Path control = directory.resolve("a/web-1/control");
    Files.delete(control);
    try (ScriptedMember member = member("a")) {
      byte[] before = Files.readAllBytes(member.image());
      assertThatThrownBy(member::settle)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("without its control file");
      assertThat(Files.readAllBytes(member.image())).isEqualTo(before);
    }
  }

  private ScriptedMember sealedOnce(String name) throws Exception {
    log.startEpoch(40);
    log.publishEveryPage(0);
    CheckpointManifest manifest = log.complete(1, true);
    ScriptedMember member = member(name);
    member.settle();
    assertSealed(member, manifest);
    return member;
  }

  private byte[] settledImage(String name) throws Exception {
    try (ScriptedMember member = member(name)) {
      member.settle();
      assertThat(member.state()).isInstanceOf(ControlState.Sealed.class);
      return Files.readAllBytes(member.image());
    }
  }

  private ScriptedMember member(String name) throws IOException {
    return new ScriptedMember(directory.resolve(name), log);
  }

  private static byte[] magic(ScriptedMember member) throws IOException {
    byte[] all = Files.readAllBytes(member.image());
    return java.util.Arrays.copyOf(all, 4);
  }

  private static void assertSealed(ScriptedMember member, CheckpointManifest manifest)
      throws IOException, InterruptedException {
    assertThat(member.state()).isEqualTo(new ControlState.Sealed(manifest.checkpoint()));
    assertThat(magic(member)).isEqualTo(MAGIC);
    try (ChannelFile file = ChannelFile.openForReading(member.image())) {
      assertThat(new ImageVerifier(file, pages -> {}).verify().digest())
          .isEqualTo(manifest.digest());
    }
  }
}
