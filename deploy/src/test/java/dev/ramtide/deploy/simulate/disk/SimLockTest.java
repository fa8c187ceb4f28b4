package dev.ramtide.deploy.simulate.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ramtide.deploy.simulate.schedule.Scheduler;
import dev.ramtide.deploy.simulate.schedule.SimProcess;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Locks as POSIX has them: a process's, and none of its threads knows of another's. */
final class SimLockTest {
  private final SimDisk disk = new SimDisk();
  private final Scheduler scheduler = new Scheduler(new Random(0));
  private final SimProcess one = scheduler.process("one");
  private final SimProcess other = scheduler.process("other");

  private FileChannel open(SimDisk of, SimProcess process) throws IOException {
    return FileChannel.open(
        of.mount(process).getPath("/lock"),
        StandardOpenOption.CREATE,
        StandardOpenOption.READ,
        StandardOpenOption.WRITE);
  }

  private FileLock tryLock(SimProcess process, boolean shared) throws IOException {
    return open(disk, process).tryLock(0, Long.MAX_VALUE, shared);
  }

  @Test
  void manyProcessesShare() throws IOException {
    assertThat(tryLock(one, true)).isNotNull();
    assertThat(tryLock(other, true)).isNotNull();
  }

  @Test
  void oneProcessExcludes() throws IOException {
    FileLock held = tryLock(one, false);
    assertThat(tryLock(other, true)).isNull();
    assertThat(tryLock(other, false)).isNull();
    held.release();
    assertThat(held.isValid()).isFalse();
    assertThat(tryLock(other, false)).isNotNull();
  }

  @Test
  void whoSharesKeepsOutWhoExcludes() throws IOException {
    tryLock(one, true);
    assertThat(tryLock(other, false)).isNull();
  }

  @Test
  void withinAProcessTwoCollide() throws IOException {
    tryLock(one, true);
    assertThatThrownBy(() -> tryLock(one, true)).isInstanceOf(OverlappingFileLockException.class);
  }

  @Test
  void theyEndWithTheirProcess() throws IOException {
    tryLock(one, false);
    disk.release(one);
    assertThat(tryLock(other, false)).isNotNull();
  }

  @Test
  void anotherProcessesEndFreesNothing() throws IOException {
    tryLock(one, false);
    disk.release(other);
    assertThat(tryLock(other, true)).isNull();
  }

  @Test
  void neitherACopyNorALossOfPowerKeepsThem() throws IOException {
    tryLock(one, false);
    assertThat(open(disk.copy(), other).tryLock(0, Long.MAX_VALUE, false)).isNotNull();
    disk.crash(count -> count - 1);
    assertThat(tryLock(other, false)).isNotNull();
  }
}
