package dev.ramtide.producer.capture;

import dev.ramtide.checkpoint.CaptureMode;
import dev.ramtide.producer.qmp.Qemu;
import dev.ramtide.producer.qmp.QmpCommands;
import dev.ramtide.producer.qmp.RunState;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A running guest that is stopped for a moment and let go, without a migration. Promise
 * <b>GuestFirst</b> as in {@link GuestLoan}: whatever happens, {@link #close} lets it run, and so
 * does the guard if this process dies.
 *
 * <p>But not a guest that its owner has migrated, or stopped, meanwhile: it is his, and may run
 * elsewhere.
 */
final class GuestStop implements AutoCloseable {
  private final QmpCommands qmp;
  private final Qemu qemu;
  private final PauseMeter meter;
  private final GuestRelease release;
  private QmpCommands.Subscription events = () -> {};
  private volatile boolean stopped;
  private PauseMeter.@Nullable Pause pause;

  private GuestStop(QmpCommands qmp, PauseMeter meter, GuestRelease release) {
    this.qmp = qmp;
    this.qemu = new Qemu(qmp);
    this.meter = meter;
    this.release = release;
  }

  /**
   * Looks how things are; changes nothing yet.
   *
   * @throws IOException it does not run, or is being migrated
   */
  static GuestStop of(QmpCommands qmp, HoldLedger ledger, OwnProcess process, Clock clock)
      throws IOException, InterruptedException {
    Qemu qemu = new Qemu(qmp);
    RunState before = qemu.runState();
    if (!before.running()) {
      throw notRunning(before);
    }
    GuestLoan.refuseWhatCannotMigrate(before, qemu.migration());
    ledger.stopsOnly();
    GuestRelease.Debt debt =
        new GuestRelease.Debt(
            before, MigrationSettings.of(qemu, ledger), ledger, GuestRelease.STOPPED);
    return new GuestStop(
        qmp, new PauseMeter(clock.instant()), new GuestRelease(qemu, debt, () -> {}, process));
  }

  private static IOException notRunning(RunState state) {
    return new IOException(
        "the guest was stopped by somebody else (status "
            + state.name()
            + "): it is captured as it stands at the next try");
  }

  Qemu qemu() {
    return qemu;
  }

  /**
   * Stops the guest; its last writes, those of its disks too, are in memory when this returns.
   *
   * @throws IOException somebody else has stopped it, or migrates it: then it is not ours to let go
   */
  void stop() throws IOException, InterruptedException {
    events = qmp.listen(meter::onEvent);
    requireOursToStop();
    release.heedOnlyWhile(() -> stopped && !meter.wasResumed());
    try {
      release.arm();
      requireOursToStop(); // Again: to write down what is owed takes a while.
      release.stop(this::stopNow);
    } finally {
      if (!stopped) {
        release.disarm();
      }
    }
  }

  /**
   * An owner who said {@code stop} and {@code cont} before us has nothing to do with our stop, and
   * we may learn of it as late as with the reply. Where it is unclear whether he did that before or
   * just after our stop, the guest is ours to let go.
   */
  private void stopNow() throws IOException, InterruptedException {
    meter.forgetResumes(); // Now already, for perhaps no reply comes.
    stopped = true;
    qemu.stop();
    meter.forgetResumesIfStanding();
  }

  private void requireOursToStop() throws IOException, InterruptedException {
    RunState now = qemu.runState();
    if (!now.running() || meter.isStanding()) {
      throw notRunning(now);
    }
    if (!qemu.migration().isOver()) {
      throw new IOException("QEMU is migrating: the next checkpoint waits for that");
    }
  }

  /** Since when the guest stands that {@link #stop} stopped. */
  Instant standingSince() {
    return meter.standingSince();
  }

  /**
   * Makes sure that the guest has stood from {@link #stop} until now, and for us. QEMU tells what
   * happens in order, so after its answer there is nothing left that we could not know.
   *
   * @throws IOException what was read of it is of no one moment, or it is somebody else's now
   */
  void requireStillStanding() throws IOException, InterruptedException {
    RunState now = qemu.runState();
    if (now.running() || meter.wasResumed()) {
      throw new IOException(
          "somebody else let the guest run while its memory was copied: do not say 'cont' to a"
              + " guest that is being captured");
    }
    if (!now.name().equals("paused") || !qemu.migration().isOver()) {
      throw new IOException(
          "the guest was reset or migrated by somebody else while its memory was copied (status "
              + now.name()
              + "): the next checkpoint begins anew");
    }
  }

  /**
   * Lets the guest run, for good: from here on nothing of it is owed, and what comes is its
   * owner's.
   */
  void resume() throws IOException, InterruptedException {
    release.resumeForGood();
    pause = meter.pauseOf(CaptureMode.KERNEL);
    release.close();
    stopped = false;
  }

  /** Of the guest that was let go. */
  PauseMeter.Pause pause() {
    PauseMeter.Pause over = pause;
    if (over == null) {
      throw new IllegalStateException("the guest was not let go");
    }
    return over;
  }

  @Override
  public void close() throws IOException {
    try {
      if (stopped) {
        release.close();
      }
    } finally {
      events.close();
    }
  }
}
