package dev.ramtide.sink.consume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ramtide.sink.SmallGuest;
import dev.ramtide.sink.state.ControlState;
import dev.ramtide.sink.state.ImagePaths;
import dev.ramtide.sink.state.OtherJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A member that works while a process beside it is stopped with one of the image's locks in its
 * hand: one that owned a partition, one that was writing pages, one that was sealing.
 */
@Timeout(30)
final class StoppedOwnerTest {
  @TempDir private Path directory;
  private final ScriptedLog log = new ScriptedLog();
  private OtherJvm stopped;
  private ScriptedMember member;
  private ImagePaths paths;

  /** Checkpoint 1 is sealed, 2 is in the log. */
  @BeforeEach
  void sealOne() throws Exception {
    log.startEpoch(40);
    log.publishEveryPage(0);
    log.complete(1, true);
    try (ScriptedMember first = new ScriptedMember(directory, log)) {
      first.settle();
    }
    for (long page = 0; page < 40; page++) {
      log.publish(SmallGuest.data(0, 5 + page, 0, page));
    }
    log.complete(2, false);
    stopped = OtherJvm.start();
    member = new ScriptedMember(directory, log);
    paths = member.site.imageOf(ScriptedLog.VM);
  }

  @AfterEach
  void end() throws IOException {
    stopped.close();
    member.close();
  }

  @Test
  void nothingOfAPartitionIsWrittenWhileItsFormerOwnerMayWakeUp() throws Exception {
    assertThat(stopped.takesExclusive(paths.partitionLock(0))).isTrue();
    stopped.stop();
    byte[] before = Files.readAllBytes(paths.state(0));
    turn();
    assertThat(member.feeds.get(0).paused).isTrue();
    assertThat(member.state()).as("the others are there").isEqualTo(new ControlState.Applying(2));
    stopped.goOn();
    turn();
    assertThat(Files.readAllBytes(paths.state(0))).as("it holds it still").isEqualTo(before);
    stopped.release();
    assertSealsTheSame();
  }

  @Test
  void nobodySealsOverOneThatIsStoppedWhileItWrites() throws Exception {
    byte[] sealed = Files.readAllBytes(paths.ram());
    assertThat(stopped.takesShared(paths.controlLock())).isTrue();
    stopped.stop();
    member.duty.step();
    assertThat(member.state()).isEqualTo(new ControlState.Sealed(1));
    assertThat(Files.readAllBytes(paths.ram())).isEqualTo(sealed);
    stopped.kill();
    assertSealsTheSame();
  }

  @Test
  void nobodyWritesUnderOneThatIsStoppedWhileItSeals() throws Exception {
    member.duty.step();
    assertThat(member.state()).isEqualTo(new ControlState.Applying(2));
    byte[] applying = Files.readAllBytes(paths.ram());
    assertThat(stopped.takesExclusive(paths.controlLock())).isTrue();
    stopped.stop();
    member.step(member.tasks.get(0), 7);
    member.duty.step();
    assertThat(Files.readAllBytes(paths.ram())).isEqualTo(applying);
    stopped.kill();
    assertSealsTheSame();
  }

  /** Enough for whatever can be done to be done. */
  private void turn() throws Exception {
    for (int turn = 0; turn < 8; turn++) {
      for (PartitionTask task : member.tasks) {
        member.step(task, 7);
        task.force();
      }
      member.duty.step();
    }
  }

  /** What is sealed is what a member seals that nobody disturbed. */
  private void assertSealsTheSame() throws Exception {
    member.settle();
    assertThat(member.state()).isEqualTo(new ControlState.Sealed(2));
    try (ScriptedMember undisturbed = new ScriptedMember(directory.resolve("undisturbed"), log)) {
      undisturbed.settle();
      assertThat(Files.readAllBytes(paths.ram()))
          .isEqualTo(Files.readAllBytes(undisturbed.image()));
    }
  }
}
