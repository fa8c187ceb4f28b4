package dev.ramtide.sink.consume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.sink.SmallGuest;
import dev.ramtide.sink.image.ChannelFile;
import dev.ramtide.sink.state.ControlFile;
import dev.ramtide.sink.state.ControlState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A site that was away while its next records were pruned, over a log in memory. */
final class PrunedLogTest {
  @TempDir private Path directory;
  private final ScriptedLog log = new ScriptedLog();

  @Test
  void aSealedImageGoesOnWithTheKeyframe() throws Exception {
    sealAt1("away");
    CheckpointManifest newest = deltaThenKeyframe();
    log.prune(3);
    byte[] expected = settled("fresh");
    assertThat(settled("away")).isEqualTo(expected);
    try (ScriptedMember member = member("away")) {
      assertThat(member.state()).isEqualTo(new ControlState.Sealed(newest.checkpoint()));
    }
  }

  @Test
  void anImageOnItsWayToAPrunedCheckpointGoesOnToALaterOne() throws Exception {
    sealAt1("away");
    log.publish(SmallGuest.data(0, 5, 0, 3));
    log.publish(SmallGuest.data(0, 5, 0, 12));
    log.complete(2, false);
    try (ScriptedMember member = member("away")) {
      member.duty.step();
      assertThat(member.state()).isEqualTo(new ControlState.Applying(2));
      member.step(member.tasks.get(0), 1); // One page of it, and then the process dies.
    }
    keyframe(3, 6);
    log.prune(3);
    assertThat(settled("away")).isEqualTo(settled("fresh"));
  }

  @Test
  void itWaitsSealedWhileTheNextKeyframeIsNotComplete() throws Exception {
    sealAt1("away");
    byte[] sealed = Files.readAllBytes(image("away"));
    deltaThenKeyframe();
    log.prune(3);
    log.publish(SmallGuest.data(0, 99, 0, 3));
    try (ScriptedMember member = member("away")) {
      for (int turn = 0; turn < 5; turn++) {
        member.step(member.tasks.get(0), 7);
      }
      assertThat(member.state()).isEqualTo(new ControlState.Sealed(1));
      assertThat(Files.readAllBytes(member.image()))
          .as("no byte before the sealer")
          .isEqualTo(sealed);
    }
  }

  @Test
  void aCrashAtAnyStepOfTheJumpEndsInTheSameBytes() throws Exception {
    for (int crash = 0; crash < 30; crash++) {
      sealAt1("away-" + crash, crash == 0);
    }
    deltaThenKeyframe();
    log.prune(3);
    byte[] expected = settled("fresh");
    for (int crash = 0; crash < 30; crash++) {
      try (ScriptedMember dies = member("away-" + crash)) {
        dies.duty.step();
        for (int step = 0; step < crash; step++) {
          dies.step(dies.tasks.get(step % 3), 2);
          if (step % 4 == 3) {
            dies.tasks.get(step % 3).force();
            dies.duty.step();
          }
        }
      }
      assertThat(settled("away-" + crash)).as("crash after %d steps", crash).isEqualTo(expected);
    }
  }

  @Test
  void aFirstFillThatWasInterruptedGoesOnWithTheKeyframeToo() throws Exception {
    log.startEpoch(40);
    log.publishEveryPage(0);
    try (ScriptedMember dies = member("away")) {
      for (int turn = 0; turn < 3; turn++) {
        dies.step(dies.tasks.get(turn), 2);
        dies.tasks.get(turn).force();
      }
    }
    log.complete(1, true);
    deltaThenKeyframe();
    log.prune(3);
    assertThat(settled("away")).isEqualTo(settled("fresh"));
  }

  @Test
  void noPageOfALaterCheckpointComesIntoAFileThatQemuWouldLoad() throws Exception {
    sealAt1("away");
    log.publish(SmallGuest.data(0, 5, 0, 3));
    log.complete(2, false);
    settled("away");
    sealerDiedBeforeItSaidSo("away", 2);
    keyframe(3, 6);
    log.prune(3);
    try (ScriptedMember member = member("away")) {
      member.step(member.tasks.get(0), 1);
      assertThat(Arrays.copyOf(Files.readAllBytes(member.image()), 4))
          .as("the magic")
          .isEqualTo(new byte[4]);
    }
    assertThat(settled("away")).isEqualTo(settled("fresh"));
  }

  /** The magic is the last thing that it writes before. */
  private void sealerDiedBeforeItSaidSo(String name, long checkpoint) throws IOException {
    Path control = image(name).resolveSibling("control");
    try (ControlFile file = new ControlFile(ChannelFile.open(control))) {
      file.write(file.read().orElseThrow().to(new ControlState.Applying(checkpoint)));
    }
  }

  private void sealAt1(String name) throws Exception {
    sealAt1(name, true);
  }

  private void sealAt1(String name, boolean first) throws Exception {
    if (first) {
      log.startEpoch(40);
      log.publishEveryPage(0);
      log.complete(1, true);
    }
    try (ScriptedMember member = member(name)) {
      member.settle();
      assertThat(member.state()).isEqualTo(new ControlState.Sealed(1));
    }
  }

  /** Pages of the delta become zero in the keyframe, so that one left behind would show. */
  private CheckpointManifest deltaThenKeyframe() {
    log.publish(SmallGuest.data(0, 5, 0, 3));
    log.publish(SmallGuest.data(0, 5, 0, 12));
    log.complete(2, false);
    keyframe(3, 6);
    log.publish(SmallGuest.data(0, 7, 0, 4));
    return log.complete(4, false);
  }

  private void keyframe(long checkpoint, long sequence) {
    log.repeatStart();
    log.publishEveryPage(sequence);
    log.complete(checkpoint, true);
  }

  private byte[] settled(String name) throws Exception {
    try (ScriptedMember member = member(name)) {
      member.settle();
      assertThat(member.state()).isInstanceOf(ControlState.Sealed.class);
      return Files.readAllBytes(member.image());
    }
  }

  private Path image(String name) {
    return directory.resolve(name).resolve("web-1/ram.img");
  }

  private ScriptedMember member(String name) throws IOException {
    return new ScriptedMember(directory.resolve(name), log);
  }
}
