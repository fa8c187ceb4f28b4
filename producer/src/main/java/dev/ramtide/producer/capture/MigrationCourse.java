package dev.ramtide.producer.capture;

import dev.ramtide.producer.qmp.MigrationState;
import dev.ramtide.producer.qmp.Qemu;
import dev.ramtide.time.MonotonicClock;
import java.io.IOException;
import java.time.Duration;

/**
 * A migration that was started, as QEMU tells of it when it is asked, and what is to be done on its
 * way: a command before the switchover, an end to one that does not converge, and when all is sent
 * the guest let go.
 *
 * <p>One owner thread, from the first {@link #look} on.
 */
final class MigrationCourse {
  private static final Duration NEVER_AGAIN = Duration.ofDays(365);

  /**
   * QEMU's greatest: 2000 s. The next look at what remains then ends the migration, whatever the
   * guest writes.
   */
  private static final int UNLIMITED_DOWNTIME_MS = 2_000_000;

  private final Qemu qemu;
  private final MigrationSettings settings;
  private final MonotonicClock clock;
  private GuestRelease.Step whenPaused = () -> {};
  private GuestRelease.Step whenSent = () -> {};
  private long liveDeadline;
  private boolean toldToGoOn;

  MigrationCourse(Qemu qemu, MigrationSettings settings, MonotonicClock clock) {
    this.qemu = qemu;
    this.settings = settings;
    this.clock = clock;
  }

  /** Runs the step when QEMU waits before the switchover, and then lets it go on. */
  void beforeSwitchover(GuestRelease.Step step) {
    whenPaused = step;
  }

  /**
   * The migration begins.
   *
   * @param sent run as soon as QEMU has sent everything
   * @param liveLimit after which the pause of the guest is no longer limited
   */
  void begins(GuestRelease.Step sent, Duration liveLimit) {
    whenSent = sent;
    liveDeadline = clock.nanoTime() + liveLimit.toNanos();
  }

  /** Asks, and does what is due. When the migration is over that was the last look. */
  MigrationState look() throws IOException, InterruptedException {
    MigrationState state = qemu.migration();
    if (state.isCompleted()) {
      whenSent.run();
    }
    // Once: told to go on, QEMU says until its thread wakes that it still waits.
    if (state.isBeforeSwitchover() && !toldToGoOn) {
      whenPaused.run();
      qemu.continueMigration();
      toldToGoOn = true;
    }
    if (!state.isOver() && clock.nanoTime() - liveDeadline > 0) {
      settings.setParameter("downtime-limit", UNLIMITED_DOWNTIME_MS);
      liveDeadline = clock.nanoTime() + NEVER_AGAIN.toNanos();
    }
    return state;
  }
}
