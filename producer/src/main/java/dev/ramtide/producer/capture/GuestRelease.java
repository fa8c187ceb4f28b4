package dev.ramtide.producer.capture;

import dev.ramtide.producer.qmp.MigrationState;
import dev.ramtide.producer.qmp.Qemu;
import dev.ramtide.producer.qmp.QmpException;
import dev.ramtide.producer.qmp.RunState;
import dev.ramtide.time.MonotonicClock;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * Promise <b>GuestFirst</b>: ends our migration, lets the guest go on, and gives QEMU's owner his
 * settings back, however the capture ended.
 *
 * <p>Every step is tried whatever became of those before it, may be repeated, and is finished even
 * when the thread is interrupted. Any thread may call: the capturing one, or the hook of a process
 * that is being ended.
 */
final class GuestRelease implements AutoCloseable {
  /** A guest stands in one of these because of our migration, or our {@code stop} before it. */
  static final Set<String> STOPPED_OR_MIGRATED = Set.of("paused", "postmigrate", "finish-migrate");

  /**
   * A guest stands in one of these because of our {@code stop}, in the second after a reset since.
   * One that was migrated meanwhile was so by its owner, and runs elsewhere by now.
   */
  static final Set<String> STOPPED = Set.of("paused", "prelaunch");

  /** Only a migration leads there. */
  private static final Set<String> MIGRATED = Set.of("postmigrate", "finish-migrate");

  private static final Duration CANCEL_TIMEOUT = Duration.ofSeconds(20);
  private static final Duration CONT_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration POLL = Duration.ofMillis(5);

  /** Something to ask of QEMU; idempotent. */
  @FunctionalInterface
  interface Step {
    void run() throws IOException, InterruptedException;
  }

  /**
   * What QEMU's owner is to have back.
   *
   * @param before as the guest was when the capture began
   * @param ours the states in which it stands because of us; in any other it has a reason of its
   *     own
   */
  record Debt(RunState before, MigrationSettings settings, HoldLedger ledger, Set<String> ours) {}

  private final Qemu qemu;
  private final RunState before;
  private final MigrationSettings settings;
  private final HoldLedger ledger;
  private final Set<String> ours;
  private final Failures.Attempt breakOff;
  private final OwnProcess process;
  private final MonotonicClock clock;
  private final Thread onExit = new Thread(this::runOnExit, "guest-release");
  private boolean migrating;
  private boolean released;
  private BooleanSupplier letGoByQemu = () -> false;
  private BooleanSupplier letGoByOwner = () -> false;

  /**
   * @param breakOff ends the stream, so that QEMU does; any thread
   */
  GuestRelease(Qemu qemu, Debt debt, Failures.Attempt breakOff, OwnProcess process) {
    this.qemu = qemu;
    this.before = debt.before();
    this.settings = debt.settings();
    this.ledger = debt.ledger();
    this.ours = debt.ours();
    this.breakOff = breakOff;
    this.process = process;
    this.clock = process.clock();
  }

  /**
   * From now on the guest is released also when this process is told to end, or dies.
   *
   * @throws IOException what is owed could not be written down
   */
  void arm() throws IOException {
    ledger.mayStand(before.running());
    process.atExit(onExit);
  }

  /**
   * Stops the guest.
   *
   * @param stop runs when nothing keeps the guest from being stopped any more, and nobody looks
   *     whether it is to be let go until it is done
   * @throws InterruptedIOException this process is ending, and has let it go already
   */
  synchronized void stop(Step stop) throws IOException, InterruptedException {
    if (released) {
      throw new InterruptedIOException("this process is ending");
    }
    stop.run();
  }

  /**
   * As {@code held} tells, the guest stands because of us; unless it does it is its owner's,
   * however it stands.
   */
  synchronized void heedOnlyWhile(BooleanSupplier held) {
    letGoByQemu = () -> !held.getAsBoolean();
  }

  /** Takes {@link #arm} back: nothing was done to the guest. */
  void disarm() throws IOException {
    process.forget(onExit);
    ledger.settle();
  }

  /** As {@code done} tells, the owner let a guest run that stood before. */
  synchronized void heedOwner(BooleanSupplier done) {
    letGoByOwner = done;
  }

  /**
   * QEMU itself stops the guest and lets it go on, as in a background snapshot.
   *
   * @param done whether it has done both: who stops the guest after that wants it to stand
   */
  synchronized void leaveToQemu(BooleanSupplier done) throws IOException {
    letGoByQemu = done;
    ledger.mayStand(false);
  }

  /**
   * Starts the migration that {@link #close} ends; one that somebody else started is not ours to
   * cancel.
   */
  void migrate(String uri) throws IOException, InterruptedException {
    setMigrating(true);
    try {
      qemu.migrate(uri);
    } catch (QmpException e) {
      setMigrating(false);
      throw e;
    }
  }

  /**
   * Does all that is left to do.
   *
   * @throws IOException a step failed; the message says what the operator has to do
   */
  @Override
  public void close() throws IOException {
    process.forget(onExit);
    run();
  }

  /**
   * Lets the guest run if it ran before: as soon as its last byte is on the way, while we still
   * read it.
   */
  synchronized void resume() throws IOException, InterruptedException {
    long deadline = clock.nanoTime() + CONT_TIMEOUT.toNanos();
    while (mustLetRun(qemu.runState())) {
      try {
        qemu.cont();
      } catch (QmpException e) {
        // QEMU says 'completed' a moment before it allows the guest to go on.
        if (clock.nanoTime() > deadline) {
          throw new IOException("the guest is paused, say 'cont' to QEMU: " + e.description(), e);
        }
        clock.sleep(POLL);
      }
    }
  }

  /**
   * As {@link #resume}, for a guest that is not stopped again by its capture: once it runs, whoever
   * stops it wants it to stand.
   */
  synchronized void resumeForGood() throws IOException, InterruptedException {
    if (!released) { // It may come late: then nothing is owed any more.
      resume();
      leaveToQemu(() -> true);
    }
  }

  private boolean mustLetRun(RunState state) {
    if (!before.running()) {
      // The migration did not find it standing. One that is paused its owner has stopped again.
      return letGoByOwner.getAsBoolean() && MIGRATED.contains(state.name());
    }
    return isHeldByUs(state) && !letGoByQemu.getAsBoolean();
  }

  private boolean isHeldByUs(RunState state) {
    return !state.running() && ours.contains(state.name());
  }

  private void run() throws IOException {
    Failures failures = new Failures();
    // Without the lock: a 'cont' that holds it may be answered only when QEMU has been read, or cut
    // off.
    failures.attempt(breakOff);
    giveBack(failures);
  }

  private synchronized void giveBack(Failures failures) throws IOException {
    failures.attempt(() -> insist(this::endMigration));
    failures.attempt(() -> insist(this::letRun));
    failures.attempt(() -> insist(settings::putBack));
    failures.throwFirst();
    ledger.settle();
    released = true;
  }

  private void letRun() throws IOException, InterruptedException {
    try {
      resume();
    } catch (IOException e) {
      // A QEMU that was held up too long to answer still does what it was told, a stop among it, in
      // the order in which it was told: its last word must be that the guest runs.
      try {
        // Not where its owner may have migrated it meanwhile: it would run twice.
        if (ours.equals(STOPPED_OR_MIGRATED) && !letGoByQemu.getAsBoolean()) {
          qemu.cont();
        }
      } catch (IOException unheard) {
        e.addSuppressed(unheard);
      }
      throw e;
    }
  }

  private void runOnExit() {
    try {
      run();
    } catch (IOException e) {
      // Nobody is left to be told but the terminal.
      System.err.println("ramtide: " + e.getMessage());
    }
  }

  /** The migration that {@link #close} ends is under way already. */
  synchronized void setMigrating(boolean started) {
    migrating = started;
  }

  private void endMigration() throws IOException, InterruptedException {
    long deadline = clock.nanoTime() + CANCEL_TIMEOUT.toNanos();
    boolean cancelled = false;
    while (migrating) {
      MigrationState state = qemu.migration();
      if (state.isOver()) {
        migrating = false;
        return;
      }
      if (!cancelled) {
        qemu.cancelMigration();
        cancelled = true;
      }
      if (clock.nanoTime() > deadline) {
        throw new IOException(
            "QEMU does not end the migration (status " + state.status() + "): say migrate_cancel");
      }
      clock.sleep(POLL);
    }
  }

  /** Runs the step to its end; an interrupt is kept for the caller. */
  static void insist(Step step) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        try {
          step.run();
          return;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
