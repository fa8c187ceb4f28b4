package dev.ramtide.producer.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ramtide.checkpoint.CaptureMode;
import dev.ramtide.checkpoint.HostReads;
import dev.ramtide.producer.memory.ScriptedMemory;
import dev.ramtide.producer.procfs.UnsuitableHostException;
import dev.ramtide.producer.stream.MachineDescription.Coverage;
import java.io.IOException;
import java.nio.channels.AsynchronousCloseException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is done to a guest, in which order, and what is believed of it afterwards. */
@Timeout(20)
class HostMemorySourceTest {
  private static final int PAGES = 700;
  private static final HostOptions KERNEL = new HostOptions(true, false, 0, 1, 16 << 20);
  private static final HostOptions SCAN = new HostOptions(false, false, 0, 2, 16 << 20);

  @TempDir Path dir;
  private final ScriptedMemory memory = new ScriptedMemory(PAGES, 3);
  private final KeptPages log = new KeptPages();
  private FakeHost host;
  private HostMemorySource source;

  @BeforeEach
  void start() throws Exception {
    host = new FakeHost(dir, memory);
    source = host.source(KERNEL);
    for (int page = 0; page < PAGES; page += 3) {
      memory.write(0, page, 1 + page % 100);
    }
  }

  @AfterEach
  void close() throws IOException {
    source.close();
    host.close();
  }

  @Test
  void firstAllIsReadWhileTheGuestRunsAndThenOnlyWhatIsMarked() throws Exception {
    CaptureFacts first = source.capture(log);
    assertThat(log.equalsMemory(memory)).isTrue();
    assertThat(log.devices()).isEqualTo(FakeHost.DEVICES);
    assertThat(first.mode()).isEqualTo(CaptureMode.KERNEL);
    assertThat(first.hostReads()).contains(new HostReads(0, PAGES + 3, 0));
    assertThat(first.pauseLength()).isEqualTo(Duration.of(FakeQemu.PAUSE_US, ChronoUnit.MICROS));
    memory.write(0, 5, 55);
    memory.write(1, 2, 66);
    CaptureFacts second = source.capture(log);
    assertThat(log.delivered).containsExactly("0:5", "1:2");
    assertThat(second.hostReads()).contains(new HostReads(2, 0, 0));
    assertThat(log.equalsMemory(memory)).isTrue();
    assertThat(log.offered).containsExactly(Coverage.WHOLE, Coverage.CHANGES);
    assertThat(host.qemu.runState()).isEqualTo("running");
  }

  @Test
  void whatIsMarkedIsForgottenOnlyWhenItIsCopiedAndTheGuestStands() throws Exception {
    source.capture(log);
    memory.write(0, 5, 55);
    host.story.clear();
    source.capture(log);
    assertThat(host.story)
        .containsExactly(
            "devices paused", "marks paused", "marks paused", "read paused", "clear paused");
    assertThat(host.qemu.qmp.received())
        .containsSubsequence("stop", "human-monitor-command", "query-status", "cont");
  }

  @Test
  void theFirstPassForgetsBeforeItReadsAndWaitsForWhatIsUnderWay() throws Exception {
    source.capture(log);
    assertThat(host.story)
        .containsSubsequence("clear paused", "read running", "devices paused", "clear paused")
        .doesNotContain("clear running");
    assertThat(host.qemu.qmp.received()).containsSubsequence("stop", "cont", "stop", "cont");
  }

  @Test
  void aGuestThatItsOwnerHasMigratedMeanwhileIsNotLetRunHere() throws Exception {
    source.capture(log);
    host.whileItStands = () -> host.qemu.runState("postmigrate");
    assertThatThrownBy(() -> source.capture(log)).hasMessageContaining("migrated by somebody else");
    assertThat(host.qemu.runState()).isEqualTo("postmigrate");
  }

  @Test
  void aGuestThatItsOwnerLetRunAndStoppedMeanwhileStaysStopped() throws Exception {
    source.capture(log);
    host.whileItStands =
        () -> {
          host.qemu.letGoByOwner();
          host.qemu.stopByOwner();
        };
    assertThatThrownBy(() -> source.capture(log)).hasMessageContaining("let the guest run");
    assertThat(host.qemu.runState()).isEqualTo("paused");
  }

  /** Between the last looks at the guest, or when nobody looks any more. */
  @Test
  void aGuestThatItsOwnerLetRunBeforeOurStopIsOurs() throws Exception {
    source.capture(log);
    host.afterHold = once(this::stopAndContByOwner);
    host.qemu.qmp.on(
        "stop",
        arguments -> {
          stopAndContByOwner();
          host.qemu.stopByOwner(); // In our name.
          return Map.of();
        });
    memory.write(0, 5, 55);
    CaptureFacts facts = source.capture(log);
    assertThat(host.qemu.runState()).isEqualTo("running");
    assertThat(facts.pauseLength()).isEqualTo(Duration.of(FakeQemu.PAUSE_US, ChronoUnit.MICROS));
    assertThat(log.equalsMemory(memory)).isTrue();
  }

  @Test
  void aGuestThatItsOwnerLetRunBeforeAStopWithoutAReplyIsOurs() throws Exception {
    source.capture(log);
    host.afterHold = once(this::stopAndContByOwner);
    host.qemu.qmp.on(
        "stop",
        arguments -> {
          host.qemu.stopByOwner(); // In our name.
          throw new IllegalStateException("no reply");
        });
    assertThatThrownBy(() -> source.capture(log)).hasMessageContaining("no reply");
    assertThat(host.qemu.runState()).isEqualTo("running");
    assertThat(host.holds).isEmpty();
  }

  private void stopAndContByOwner() {
    host.qemu.stopByOwner();
    host.qemu.letGoByOwner();
  }

  private static Runnable once(Runnable step) {
    AtomicBoolean done = new AtomicBoolean();
    return () -> {
      if (done.compareAndSet(false, true)) {
        step.run();
      }
    };
  }

  @Test
  void nothingIsOwedAnyMoreWhenTheGuestRunsAgain() throws Exception {
    List<String> owed = new ArrayList<>();
    log.onPage = () -> owed.add(host.holds.isEmpty() ? "nothing" : host.holds.toString());
    source.capture(log);
    memory.write(0, 5, 55);
    source.capture(log);
    assertThat(owed).hasSize(PAGES + 3 + 1).containsOnly("nothing");
    assertThat(host.held).isNotEmpty().allMatch(hold -> hold.mayStand() && !hold.migrates());
  }

  @Test
  void aGuestThatCannotBeLookedAtAnyMoreIsNotOwed() throws Exception {
    source.capture(log);
    host.afterHold =
        () ->
            host.qemu.qmp.on(
                "query-migrate",
                arguments -> {
                  throw new IllegalStateException("QEMU is busy");
                });
    assertThatThrownBy(() -> source.capture(log)).hasMessageContaining("QEMU is busy");
    assertThat(host.holds).isEmpty();
    assertThat(host.qemu.qmp.received()).endsWith("query-status", "query-migrate");
  }

  @Test
  void aMigrationOfTheOwnersIsNotHelpedToItsEnd() throws Exception {
    source.capture(log);
    log.needsAll = true;
    log.onPage = () -> host.qemu.migration(Map.of("status", "active"));
    assertThatThrownBy(() -> source.capture(log)).hasMessageContaining("QEMU is migrating");
    assertThat(host.qemu.runState()).isEqualTo("running");
  }

  @Test
  void aGuestThatIsResetWhileItStandsRunsOnAndIsReadAnew() throws Exception {
    source.capture(log);
    host.whileItStands = () -> host.qemu.runState("prelaunch");
    assertThatThrownBy(() -> source.capture(log)).hasMessageContaining("was reset");
    assertThat(host.qemu.runState()).isEqualTo("running");
    host.whileItStands = () -> {};
    source.capture(log);
    assertThat(log.offered).endsWith(Coverage.WHOLE);
  }

  @Test
  void aDeviceThatWritesMemoryByItselfIsRefused() {
    host.openFiles.add("/dev/vfio/17");
    assertThatThrownBy(() -> source.require())
        .isInstanceOf(UnsuitableHostException.class)
        .hasMessageContaining("/dev/vfio/17");
    assertThat(host.story).doesNotContain("probe");
  }

  @Test
  void aHeapThatIsTooSmallIsToldOfBeforeItIsUsed() {
    source = host.source(new HostOptions(true, false, 0, 1, Long.MAX_VALUE / 4));
    assertThatThrownBy(() -> source.require())
        .isInstanceOf(UnsuitableHostException.class)
        .hasMessageContaining("RAMTIDE_HEAP");
  }

  @Test
  void aGuestThatIsFoundAgainTakesMemoryOnce() throws Exception {
    source.capture(log);
    long taken = source.lookMemory().allocatedBytes();
    assertThat(taken).isPositive();
    for (int turn = 0; turn < 20; turn++) {
      source.forget();
      source.capture(log);
    }
    assertThat(source.lookMemory().allocatedBytes()).isEqualTo(taken);
  }

  @Test
  void whatIsWrittenDuringTheFirstPassIsReadAgain() throws Exception {
    log.onPage =
        () -> {
          if (log.delivered.size() == PAGES) {
            memory.write(0, 0, 99);
          }
        };
    CaptureFacts facts = source.capture(log);
    assertThat(log.equalsMemory(memory)).isTrue();
    assertThat(facts.hostReads().orElseThrow().marked()).isEqualTo(1);
  }

  @Test
  void afterAFailureNothingIsBelievedOfTheMarks() throws Exception {
    source.capture(log);
    memory.write(0, 5, 55);
    memory.write(0, 6, 56);
    log.full = 1;
    assertThatThrownBy(() -> source.capture(log)).hasMessage("Kafka is gone");
    assertThat(host.qemu.runState()).isEqualTo("running");
    log.full = Integer.MAX_VALUE;
    source.capture(log);
    assertThat(log.offered).endsWith(Coverage.CHANGES, Coverage.WHOLE);
    assertThat(log.delivered).hasSize(PAGES + 3);
    assertThat(log.equalsMemory(memory)).isTrue();
  }

  /** Which of the threads that read fails first is chance. */
  @Test
  void whoIsInterruptedLearnsItAlsoWhenAnotherThreadFoundTheChannelClosed() throws Exception {
    log.full = 3;
    log.failure = new AsynchronousCloseException();
    assertThatThrownBy(() -> source.capture(log)).isSameAs(log.failure);
    log.onPage = () -> Thread.currentThread().interrupt();
    assertThatThrownBy(() -> source.capture(log)).isInstanceOf(InterruptedException.class);
    assertThat(Thread.interrupted()).isFalse();
    assertThat(host.qemu.runState()).isEqualTo("running");
  }

  @Test
  void aLogThatNeedsAllGetsAll() throws Exception {
    source.capture(log);
    log.needsAll = true;
    source.capture(log);
    assertThat(log.offered).endsWith(Coverage.CHANGES);
    assertThat(log.delivered).hasSize(PAGES + 3);
    log.needsAll = false;
    memory.write(0, 5, 55);
    source.capture(log);
    assertThat(log.delivered).containsExactly("0:5");
  }

  @Test
  void anAuditFindsWhatChangedWithoutAMark() throws Exception {
    source = host.source(new HostOptions(true, false, 2, 2, 16 << 20));
    source.capture(log);
    memory.write(0, 5, 55);
    CaptureFacts audited = source.capture(log);
    assertThat(audited.hostReads()).contains(new HostReads(1, 0, PAGES + 3));
    source.capture(log);
    memory.writeUnmarked(0, 7, 77);
    assertThatThrownBy(() -> source.capture(log))
        .isInstanceOf(AuditException.class)
        .hasMessageContaining("1 pages changed without a mark")
        .hasMessageContaining("block0 page 7");
    assertThat(host.qemu.runState()).isEqualTo("running");
    source.capture(log);
    assertThat(log.offered).endsWith(Coverage.WHOLE);
    assertThat(log.equalsMemory(memory)).isTrue();
  }

  @Test
  void anAuditMistakesNothingThatTheRunningGuestWrites() throws Exception {
    source = host.source(new HostOptions(true, false, 1, 2, 16 << 20));
    for (int capture = 0; capture < 4; capture++) {
      int content = 10 + capture;
      host.afterClear = () -> memory.write(0, 11, content);
      source.capture(log);
    }
    assertThat(log.offered.subList(1, 4)).containsOnly(Coverage.CHANGES);
  }

  @Test
  void aGuestThatSomebodyElseLetRunMeanwhileIsOfNoOneMoment() throws Exception {
    source.capture(log);
    for (boolean beforeCopies : new boolean[] {true, false}) {
      host.whileItStands = beforeCopies ? host.qemu::letGoByOwner : () -> {};
      host.afterClear = beforeCopies ? () -> {} : host.qemu::letGoByOwner;
      memory.write(0, 5, 55);
      assertThatThrownBy(() -> source.capture(log)).hasMessageContaining("let the guest run");
      host.whileItStands = () -> {};
      host.afterClear = () -> {};
      source.capture(log);
      assertThat(log.offered).endsWith(Coverage.WHOLE);
    }
  }

  @Test
  void aGuestThatItsOwnerStopsDuringTheFirstPassStaysStopped() throws Exception {
    log.onPage = host.qemu::stopByOwner;
    assertThatThrownBy(() -> source.capture(log)).hasMessageContaining("stopped by somebody else");
    assertThat(host.qemu.runState()).isEqualTo("paused");
  }

  @Test
  void aGuestThatStandsIsCapturedByItsStreamAndThenAnew() throws Exception {
    source.capture(log);
    host.qemu.stopByOwner();
    assertThat(source.capture(log).mode()).isEqualTo(CaptureMode.STOP);
    assertThat(host.standingCaptures()).isEqualTo(1);
    host.qemu.letGoByOwner();
    source.capture(log);
    assertThat(log.offered).containsExactly(Coverage.WHOLE, Coverage.WHOLE);
  }

  @Test
  void blocksThatMovedAreFoundAgainAndReadWhole() throws Exception {
    source.capture(log);
    memory.move(1L << 30);
    source.capture(log);
    assertThat(host.story).filteredOn("probe"::equals).hasSize(2);
    assertThat(log.offered).endsWith(Coverage.WHOLE);
    host.whileItStands = () -> memory.move(1L << 30);
    assertThatThrownBy(() -> source.capture(log)).hasMessageContaining("moved RAMBlocks");
    assertThat(host.qemu.runState()).isEqualTo("running");
  }

  @Test
  void blocksThatMoveWhileTheyAreLookedAtAreNoReasonToRefuse() throws Exception {
    host.beforeMappings =
        () -> {
          if (host.story.contains("probe")) {
            memory.move(1L << 30);
          }
        };
    assertThatThrownBy(() -> source.capture(log))
        .isNotInstanceOf(UnsuitableHostException.class)
        .hasMessageContaining("moved RAMBlocks");
    host.beforeMappings = () -> {};
    source.capture(log);
    assertThat(log.equalsMemory(memory)).isTrue();
  }

  @Test
  void aQemuThatWasStartedAnewIsAnotherOne() throws Exception {
    source.capture(log);
    host.restart();
    source.capture(log);
    assertThat(log.offered).containsExactly(Coverage.WHOLE, Coverage.WHOLE);
  }

  @Test
  void whatMakesTheMarksLieIsRefusedBeforeQemuIsTouched() throws Exception {
    host.qemu.qmp.on("query-balloon", arguments -> Map.of("actual", 1 << 20));
    assertThatThrownBy(() -> source.require())
        .isInstanceOf(UnsuitableHostException.class)
        .hasMessageContaining("balloon");
    host.qemu.qmp.on(
        "query-memory-devices",
        arguments -> List.of(Map.of("type", "virtio-mem", "data", Map.of())));
    assertThatThrownBy(() -> source.capture(log)).hasMessageContaining("virtio-mem");
    assertThat(host.story).doesNotContain("probe");
    assertThat(log.offered).isEmpty();
  }

  @Test
  void aBalloonThatIsPluggedDuringACaptureIsFoundWhileTheGuestStands() throws Exception {
    host.whileItStands =
        () -> host.qemu.qmp.on("query-balloon", arguments -> Map.of("actual", 1 << 20));
    assertThatThrownBy(() -> source.capture(log))
        .isInstanceOf(UnsuitableHostException.class)
        .hasMessageContaining("balloon");
    assertThat(host.qemu.runState()).isEqualTo("running");
  }

  @Test
  void ksmThatIsSwitchedOnLaterIsFoundWhileTheGuestStands() throws Exception {
    host.flags("rd wr mr mw me ac sd mg");
    source.capture(log);
    host.text("/sys/kernel/mm/ksm/run", "1\n");
    assertThatThrownBy(() -> source.capture(log))
        .isInstanceOf(UnsuitableHostException.class)
        .hasMessageContaining("mem-merge=off");
    assertThat(host.qemu.runState()).isEqualTo("running");
  }

  @Test
  void aGuestThatIsHeldIsToldOfWhileItStands() throws Exception {
    source = host.source(new HostOptions(true, true, 0, 1, 16 << 20));
    source.capture(log);
    assertThat(log.pauses).hasSize(1);
    assertThat(log.pauses.get(0).mode()).isEqualTo(CaptureMode.KERNEL);
  }

  @Test
  void aScanReadsAllTwiceAndCopiesWhatChangedInBetween() throws Exception {
    source = host.source(SCAN);
    for (int capture = 0; capture < 3; capture++) {
      int content = 20 + capture;
      log.onPage =
          () -> {
            if (log.delivered.size() == PAGES) {
              memory.write(0, 0, content);
            }
          };
      CaptureFacts facts = source.capture(log);
      assertThat(facts.mode()).isEqualTo(CaptureMode.SCAN);
      assertThat(facts.hostReads()).contains(new HostReads(PAGES + 3, PAGES + 3, 0));
      assertThat(log.equalsMemory(memory)).isTrue();
    }
    assertThat(log.offered).containsOnly(Coverage.WHOLE);
    assertThat(host.story).noneMatch(what -> what.startsWith("clear") || what.startsWith("marks"));
  }

  @Test
  void copiesThatFindNoRoomAreHandedOnWhileTheGuestStands() throws Exception {
    source = host.source(new HostOptions(true, false, 0, 1, 1 << 20));
    source.capture(log);
    for (int page = 0; page < PAGES; page++) {
      memory.write(0, page, 200);
    }
    List<String> states = new ArrayList<>();
    log.onPage = () -> states.add(host.qemu.runState());
    source.capture(log);
    assertThat(log.equalsMemory(memory)).isTrue();
    assertThat(states).filteredOn("paused"::equals).hasSize(PAGES - (1 << 20) / 4096);
    assertThat(states).filteredOn("running"::equals).hasSize((1 << 20) / 4096);
  }
}
