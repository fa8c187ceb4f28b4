package dev.ramtide.sink.consume;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ramtide.checkpoint.RecordedCheckpoint;
import dev.ramtide.sink.SmallGuest;
import dev.ramtide.sink.seal.SealProgress;
import dev.ramtide.sink.seal.Sealer;
import dev.ramtide.sink.state.ControlState;
import dev.ramtide.sink.state.FileGates;
import dev.ramtide.sink.state.ImagePaths;
import dev.ramtide.sink.state.OpenImage;
import dev.ramtide.sink.state.Site;
import dev.ramtide.time.MonotonicClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An image's directory gives its name to another one, while a process that had just looked was
 * stopped: what that process still does by path must not hit the other image.
 */
final class MovedImageTest {
  @TempDir private Path directory;
  private final ScriptedLog log = new ScriptedLog();
  private ImagePaths paths;
  private RecordedCheckpoint second;

  @BeforeEach
  void sealOne() throws Exception {
    log.startEpoch(40);
    log.publishEveryPage(0);
    log.complete(1, true);
    try (ScriptedMember member = new ScriptedMember(directory, log)) {
      member.settle();
      paths = member.site.imageOf(ScriptedLog.VM);
    }
    log.publish(SmallGuest.data(0, 5, 0, 3));
    log.complete(2, false);
    second = log.follow.history().checkpoint(2).orElseThrow();
  }

  @Test
  void aSealerThatWakesUpLateBeginsNothing() throws Exception {
    List<ControlState> told = new ArrayList<>();
    try (OpenImage image = open()) {
      replace();
      assertThat(sealer(image, told).begin(new ControlState.Sealed(1), second)).isFalse();
    }
    assertThat(told).isEmpty();
  }

  @Test
  void aSealerThatWakesUpLateSealsNothing() throws Exception {
    List<ControlState> told = new ArrayList<>();
    try (ScriptedMember member = new ScriptedMember(directory, log);
        OpenImage image = open()) {
      member.duty.step();
      for (PartitionTask task : member.tasks) {
        member.step(task, 7);
        task.force();
      }
      replace();
      assertThat(sealer(image, told).trySeal(second, ScriptedLog.DEVICE_STATE.duplicate()))
          .isInstanceOf(SealProgress.Busy.class);
    }
    assertThat(told).isEmpty();
  }

  @Test
  void aPartitionIsNotBegunWithTheLockOfOneImageAndTheStateOfTheOther() throws Exception {
    try (ScriptedMember member = new ScriptedMember(directory, log)) {
      member.duty.step();
    }
    MovingClock clock = new MovingClock();
    Site site = Site.open(directory, new FileGates(clock));
    try (PartitionTask task = new PartitionTask(log.follow, 0, site, new ScriptedFeed(log, 0))) {
      task.prepare();
      assertThat(clock.looks).as("the site's lock, the partition's").isEqualTo(2);
      long next = second.manifest().partitions().get(0).startRecordOffset();
      assertThat(task.deliver(log.read(0, next, 7))).as("records applied").isZero();
    }
  }

  private OpenImage open() throws IOException {
    return OpenImage.open(paths, SmallGuest.epoch(0), FileGates.OF_THIS_PROCESS);
  }

  private static Sealer sealer(OpenImage image, List<ControlState> told) {
    return new Sealer(image, (paths, state, checkpoint) -> told.add(state));
  }

  /** Whoever takes his second lock finds the image moved when he has it. */
  private final class MovingClock implements MonotonicClock {
    private int looks;

    @Override
    public long nanoTime() {
      looks++;
      if (looks == 2) {
        replace();
      }
      return SYSTEM.nanoTime();
    }

    @Override
    public void sleep(Duration length) throws InterruptedException {
      SYSTEM.sleep(length);
    }
  }

  /** Another image, which happens to have the same bytes. */
  private void replace() {
    Path moved = directory.resolve("moved");
    try {
      Files.move(paths.directory(), moved);
      Files.createDirectory(paths.directory());
      try (Stream<Path> files = Files.list(moved).filter(Files::isRegularFile)) {
        for (Path file : files.toList()) {
          Files.copy(file, paths.directory().resolve(file.getFileName()));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
