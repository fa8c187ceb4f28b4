package dev.ramtide.sink.consume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ramtide.checkpoint.EpochStarted;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.sink.SmallGuest;
import dev.ramtide.sink.apply.ApplyCounts;
import dev.ramtide.sink.state.ControlState;
import dev.ramtide.sink.state.DirectoryTree;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a sink tells of itself, against a log of which the test knows everything. */
class VmStatusTest {
  @TempDir private Path directory;
  private final ScriptedLog log = new ScriptedLog();
  private final List<String> told = new ArrayList<>();
  private ApplyCounts counts = ApplyCounts.NONE;

  private final class Told implements SinkListener {
    @Override
    public void applied(VmId vm, ApplyCounts more, long eventBytes, Duration took) {
      assertThat(eventBytes).isPositive();
      counts = counts.plus(more);
    }

    @Override
    public void sealed(VmId vm, long checkpoint, Duration took) {
      told.add("sealed " + checkpoint);
    }
  }

  private ScriptedMember watched() throws Exception {
    log.secondsApart(60);
    log.follow.tell(new Told());
    return new ScriptedMember(directory, log);
  }

  private VmStatus status(ScriptedMember member) throws Exception {
    return VmStatus.of(log.follow, member.site);
  }

  @Test
  void beforeAnythingThereIsNothingToRestore() throws Exception {
    try (ScriptedMember member = watched()) {
      VmStatus status = status(member);
      assertThat(status.state()).isEmpty();
      assertThat(status.oldestNumber()).isZero();
      assertThat(status.recoveryPointAge(Instant.EPOCH)).isEmpty();
      assertThat(status.partitions()).isZero();
    }
  }

  @Test
  void aSealedImageIsARecoveryPointOfThatAge() throws Exception {
    try (ScriptedMember member = watched()) {
      log.startEpoch(40);
      log.publishEveryPage(1);
      log.complete(1, true);
      member.settle();
      VmStatus status = status(member);
      assertThat(status.state()).contains(new ControlState.Sealed(1));
      assertThat(status.lastSealed()).isEqualTo(1);
      assertThat(status.recoveryPointAge(Instant.ofEpochSecond(75)))
          .contains(Duration.ofSeconds(15));
      assertThat(status.partitions()).isEqualTo(3);
      assertThat(status.lagRecords()).isZero();
      assertThat(told).containsExactly("sealed 1");
      assertThat(counts).isEqualTo(new ApplyCounts(46, 0, 0));
    }
  }

  @Test
  void whileTheNextOneIsAppliedTheLastSealedOneStillCountsAndTheLagShows() throws Exception {
    try (ScriptedMember member = watched()) {
      log.startEpoch(40);
      log.publishEveryPage(0);
      log.complete(1, true);
      member.settle();
      log.publish(SmallGuest.data(0, 5, 0, 3));
      log.publish(SmallGuest.data(0, 6, 0, 4));
      log.complete(2, false);
      member.duty.step();
      VmStatus applying = status(member);
      assertThat(applying.state()).contains(new ControlState.Applying(2));
      assertThat(applying.lastSealed()).isEqualTo(1);
      assertThat(applying.lagRecords()).isEqualTo(2);
      assertThat(applying.newest().orElseThrow().number()).isEqualTo(2);
      member.settle();
      assertThat(status(member).lagRecords()).isZero();
      assertThat(status(member).lastSealed()).isEqualTo(2);
      assertThat(told).containsExactly("sealed 1", "sealed 2");
    }
  }

  @Test
  void anImageThatWasRemovedIsNoRecoveryPointAnyMore() throws Exception {
    try (ScriptedMember member = watched()) {
      log.startEpoch(40);
      log.publishEveryPage(1);
      log.complete(1, true);
      member.settle();
      assertThat(status(member).lastSealed()).isEqualTo(1);
      DirectoryTree.delete(member.site.imageOf(ScriptedLog.VM).directory());
      VmStatus status = status(member);
      assertThat(status.state()).isEmpty();
      assertThat(status.lastSealed()).isZero();
      assertThat(status.recoveryPoint()).isEmpty();
      assertThat(status.oldestNumber()).isEqualTo(1); // The log has it.
    }
  }

  @Test
  void whatAnImageWasThatGoesOnIsNoRecoveryPointOnceTheLogHasLostIt() throws Exception {
    try (ScriptedMember member = watched()) {
      EpochStarted epoch = log.startEpoch(40);
      log.publishEveryPage(1);
      log.complete(1, true);
      member.settle();
      assertThat(status(member).lastSealed()).isEqualTo(1);
      log.tell(epoch); // As an agent does before each keyframe.
      log.publishEveryPage(2);
      log.complete(2, true);
      member.duty.step();
      assertThat(status(member).lastSealed()).isEqualTo(1);
      VmProgress progress = log.follow.progress();
      log.prune(2);
      log.follow.progress().sawSealed(progress.lastSealed());
      VmStatus status = status(member);
      assertThat(status.state()).contains(new ControlState.Applying(2));
      assertThat(status.lastSealed()).isZero();
      assertThat(status.recoveryPoint()).isEmpty();
      assertThat(status.oldestNumber()).isEqualTo(2);
    }
  }

  @Test
  void redeliveredAndSupersededPagesAreToldApart() throws Exception {
    log.startEpoch(40);
    log.publish(SmallGuest.data(0, 5, 0, 3));
    log.publish(SmallGuest.data(0, 5, 0, 3));
    log.publish(SmallGuest.data(0, 4, 0, 3));
    try (ScriptedMember member = watched()) {
      member.settle();
      assertThat(counts).isEqualTo(new ApplyCounts(1, 1, 1));
    }
  }

  @Test
  void whatWasAppliedBeforeARefusedRecordIsCounted() throws Exception {
    log.startEpoch(40);
    log.publish(SmallGuest.data(0, 5, 0, 3));
    log.publish(SmallGuest.data(0, 6, 0, 1));
    log.publishRaw(0, new byte[0]);
    log.complete(1, true);
    try (ScriptedMember member = watched()) {
      assertThatThrownBy(member::settle).hasMessageContaining("0 bytes is too short");
      assertThat(counts).isEqualTo(new ApplyCounts(2, 0, 0));
    }
  }

  @Test
  void partitionsThatAreHandedOverAreNotCountedAnyMore() throws Exception {
    log.startEpoch(40);
    log.publishEveryPage(0);
    try (ScriptedMember member = watched()) {
      member.settle();
      assertThat(log.follow.progress().partitions()).isEqualTo(3);
      member.tasks.get(0).close();
      assertThat(log.follow.progress().partitions()).isEqualTo(2);
    }
  }

  @Test
  void aPartitionThatWaitsForItsFormerOwnersLockIsShown() throws Exception {
    log.startEpoch(40);
    try (ScriptedMember former = new ScriptedMember(directory, log)) {
      former.settle();
      try (ScriptedMember next = watched()) {
        next.tasks.get(1).prepare();
        assertThat(log.follow.progress().lockWaits()).isEqualTo(1);
        former.tasks.get(1).close();
        next.tasks.get(1).prepare();
        assertThat(log.follow.progress().lockWaits()).isZero();
      }
    }
  }
}
