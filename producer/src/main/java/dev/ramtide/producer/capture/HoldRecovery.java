package dev.ramtide.producer.capture;

import dev.ramtide.producer.qmp.MigrationState;
import dev.ramtide.producer.qmp.Qemu;
import dev.ramtide.producer.qmp.QmpCommands;
import dev.ramtide.producer.qmp.RunState;
import dev.ramtide.time.MonotonicClock;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives back what a killed agent held, or one that could not give it back itself: ends its
 * migration, lets its guest go on, puts the owner's settings back. The same code releases a guest
 * after a capture.
 */
public final class HoldRecovery {
  private static final Logger LOG = LoggerFactory.getLogger(HoldRecovery.class);
  private static final Duration MIGRATION_PATIENCE = Duration.ofSeconds(5);
  private static final Duration POLL = Duration.ofMillis(20);

  private final Qemu qemu;
  private final OwnProcess process;

  private HoldRecovery(QmpCommands qmp, OwnProcess process) {
    this.qemu = new Qemu(qmp);
    this.process = process;
  }

  /**
   * Before an agent's first capture.
   *
   * @throws IOException a migration is under way; a moment after its agent's death it is somebody
   *     else's, unless it waits for a word that only that agent would have said
   */
  public static void ofPredecessor(QmpCommands qmp, HoldNote note, OwnProcess process)
      throws IOException, InterruptedException {
    Optional<GuestHold> found = note.read();
    if (found.isEmpty()) {
      return;
    }
    if (note.isOfThisQemu(found.get())) {
      HoldRecovery recovery = new HoldRecovery(qmp, process);
      recovery.release(
          found.get(), note, found.get().migrates() && recovery.isLeftWaiting(found.get()));
      LOG.atWarn()
          .addKeyValue("qmp", found.get().socket())
          .log("a capture ended without giving back what it held of QEMU: it is given back now");
    } else {
      note.clear(); // That QEMU is gone, and its settings with it.
    }
  }

  /**
   * A moment after the agent's death: what migrates now is its own capture.
   *
   * @throws IOException a step failed; the message says what the operator has to do
   */
  static void ofDeadAgent(QmpCommands qmp, GuestHold hold, HoldStore store, OwnProcess process)
      throws IOException, InterruptedException {
    new HoldRecovery(qmp, process).release(hold, store, hold.migrates());
  }

  private void release(GuestHold hold, HoldStore store, boolean migrating)
      throws IOException, InterruptedException {
    HoldLedger ledger = new HoldLedger(hold, store);
    RunState before = new RunState(hold.mayStand() ? "running" : "paused", hold.mayStand());
    MigrationSettings settings = MigrationSettings.leftBy(hold, qemu, ledger);
    GuestRelease release =
        new GuestRelease(
            qemu,
            new GuestRelease.Debt(
                before,
                settings,
                ledger,
                hold.migrates() ? GuestRelease.STOPPED_OR_MIGRATED : GuestRelease.STOPPED),
            () -> {},
            process);
    release.setMigrating(migrating);
    release.close();
  }

  /**
   * Waits for the end of a migration.
   *
   * @return whether it is the dead agent's and has none: QEMU waits before the switchover, with the
   *     guest stopped, because it was told so for the capture
   */
  private boolean isLeftWaiting(GuestHold hold) throws IOException, InterruptedException {
    MonotonicClock clock = process.clock();
    long deadline = clock.nanoTime() + MIGRATION_PATIENCE.toNanos();
    for (MigrationState state = qemu.migration(); !state.isOver(); state = qemu.migration()) {
      if (clock.nanoTime() > deadline) {
        if (state.isBeforeSwitchover()
            && hold.capabilities().containsKey(MigrationSettings.PAUSE_BEFORE_SWITCHOVER)) {
          return true;
        }
        throw new IOException(
            "a capture that was cut off left its settings in QEMU, which is migrating now (status "
                + state.status()
                + "): wait for that, or say migrate_cancel");
      }
      clock.sleep(POLL);
    }
    return false;
  }
}
