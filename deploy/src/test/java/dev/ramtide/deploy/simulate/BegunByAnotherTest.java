package dev.ramtide.deploy.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.ramtide.checkpoint.EpochStarted;
import dev.ramtide.deploy.simulate.disk.SimDisk;
import dev.ramtide.deploy.simulate.schedule.Scheduler;
import dev.ramtide.deploy.simulate.schedule.SimProcess;
import dev.ramtide.sink.state.FileGates;
import dev.ramtide.sink.state.OpenImage;
import dev.ramtide.sink.state.Site;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * A sink that is killed while it begins an image leaves what is not on disk yet, and the next one
 * sees it all the same. What that builds on it must survive a loss of power.
 */
final class BegunByAnotherTest {
  private static final int MOST_CHANGES = 200;

  private final EpochStarted epoch = new SimWorld(new Random(1), false, false).layoutEpoch();
  private Scheduler scheduler = new Scheduler(new Random(1));
  private SimDisk disk = new SimDisk();

  @Test
  void itIsAnImageWhereverTheFirstOneDied() {
    boolean died = true;
    int change = 1;
    for (; died && change < MOST_CHANGES; change++) {
      scheduler = new Scheduler(new Random(change));
      disk = new SimDisk();
      died = beginsAndDiesBefore(change);
      run("heir", this::fillAPage);
      disk.crash(count -> 0);
      run("after the loss of power", process -> open(process).close());
    }
    assertThat(change).as("the first one was killed at each of its changes").isBetween(10, 100);
  }

  private boolean beginsAndDiesBefore(int change) {
    SimProcess first = scheduler.process("first");
    first.onDeath(() -> disk.release(first));
    int[] changes = {0};
    disk.beforeChange(
        () -> {
          changes[0]++;
          if (changes[0] == change) {
            first.kill();
            first.act(); // It gets no further than this.
          }
        });
    run(first, process -> open(process).close());
    disk.beforeChange(() -> {});
    return !first.isAlive();
  }

  /** As a partition does: the bytes are on disk when it says so. */
  private void fillAPage(SimProcess process) throws IOException, InterruptedException {
    try (OpenImage image = open(process)) {
      image.ram().writeFully(image.layout().pagesFileOffset(0), ByteBuffer.allocate(1024));
      image.ram().force();
    }
  }

  private OpenImage open(SimProcess process) throws IOException, InterruptedException {
    return Site.open(disk.mount(process).getPath(SiteView.DIRECTORY), new FileGates(process))
        .openImage(SimWorld.VM, epoch);
  }

  /** Something that a process does. */
  private interface Work {
    void of(SimProcess process) throws IOException, InterruptedException;
  }

  private void run(String name, Work work) {
    SimProcess process = scheduler.process(name);
    process.onDeath(() -> disk.release(process));
    run(process, work);
    process.kill();
  }

  private void run(SimProcess process, Work work) {
    process
        .newThread(
            () ->
                assertThatCode(() -> work.of(process)).as("%s", process).doesNotThrowAnyException())
        .start();
    while (scheduler.step()) {
      continue;
    }
  }
}
