package dev.ramtide.producer.capture;

import dev.ramtide.producer.qmp.MigrationState;
import dev.ramtide.producer.qmp.Qemu;
import dev.ramtide.producer.qmp.QmpClient;
import dev.ramtide.producer.qmp.RunState;
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
final class HoldRecovery {
  private static final Logger LOG = LoggerFactory.getLogger(HoldRecovery.class);
  private static final Duration MIGRATION_PATIENCE = Duration.ofSeconds(5);
  private static final long POLL_MS = 20;

  private HoldRecovery() {}

  /**
   * Before an agent's first capture.
   *
   * @throws IOException a migration is under way; a moment after its agent's death it is somebody
   *     else's
   */
  static void ofPredecessor(QmpClient client, HoldFile file)
      throws IOException, InterruptedException {
    Optional<GuestHold> found = file.read();
    if (found.isEmpty()) {
      return;
    }
    if (found.get().isOfThisQemu()) {
      awaitEndOfMigration(new Qemu(client));
      release(client, found.get(), file, false);
      LOG.atWarn()
          .addKeyValue("qmp", client.socket())
          .log("a capture ended without giving back what it held of QEMU: it is given back now");
    } else {
      file.clear(); // That QEMU is gone, and its settings with it.
    }
  }

  /**
   * A moment after the agent's death: what migrates now is its own capture.
   *
   * @throws IOException a step failed; the message says what the operator has to do
   */
  static void ofDeadAgent(QmpClient client, GuestHold hold, HoldStore store)
      throws IOException, InterruptedException {
    release(client, hold, store, true);
  }

  private static void release(QmpClient client, GuestHold hold, HoldStore store, boolean migrating)
      throws IOException, InterruptedException {
    Qemu qemu = new Qemu(client);
    HoldLedger ledger = new HoldLedger(hold, store);
    RunState before = new RunState(hold.mayStand() ? "running" : "paused", hold.mayStand());
    MigrationSettings settings = MigrationSettings.leftBy(hold, qemu, ledger);
    GuestRelease release = new GuestRelease(qemu, before, settings, ledger, () -> {});
    release.setMigrating(migrating);
    release.close();
  }

  private static void awaitEndOfMigration(Qemu qemu) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + MIGRATION_PATIENCE.toNanos();
    for (MigrationState state = qemu.migration(); !state.isOver(); state = qemu.migration()) {
      if (System.nanoTime() > deadline) {
        throw new IOException(
            "a capture that was cut off left its settings in QEMU, which is migrating now (status "
                + state.status()
                + "): wait for that, or say migrate_cancel");
      }
      Thread.sleep(POLL_MS);
    }
  }
}
