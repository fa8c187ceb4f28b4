package dev.ramtide.producer.capture;

import dev.ramtide.checkpoint.CaptureMode;
import dev.ramtide.producer.qmp.MigrationState;
import dev.ramtide.producer.qmp.Qemu;
import dev.ramtide.producer.qmp.QmpCommands;
import dev.ramtide.producer.qmp.QmpException;
import dev.ramtide.producer.qmp.RunState;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.function.BooleanSupplier;

/**
 * A guest lent for one capture: looked at, set up, stopped where that comes first, migrated, and
 * given back as it was by {@link #close}, however far that went.
 *
 * <p>What QEMU 10.0.2 does with a guest in each mode:
 *
 * <pre>
 *   background, running   STOP, RESUME (1 to 7 ms) at the start, pages, completed;  runs on by itself
 *   background, paused    pages, completed;                                         stays paused
 *   live, running         pages, STOP, the rest, completed;                         postmigrate until cont
 *   plain, paused         pages, completed;                                         postmigrate until cont
 *   any, reader gone      failed;                                                   back to what it was
 * </pre>
 *
 * Nothing leads from postmigrate back to paused but letting the guest run for a moment, and a guest
 * in postmigrate is not migrated again. Therefore a paused guest is captured in the background,
 * whatever mode was asked for.
 */
public final class GuestLoan implements AutoCloseable {
  private static final Duration NO_LIMIT = Duration.ofDays(365);

  private final Qemu qemu;
  private final DriveOptions options;
  private final RunState before;
  private final MigrationSettings settings;
  private final GuestRelease release;
  private final MigrationCourse course;
  private Closeable stream = () -> {};
  private CaptureMode mode = CaptureMode.STOP;
  private boolean taken;

  /**
   * Looks how things are; changes nothing yet.
   *
   * @param ledger of this capture, with nothing in it
   * @throws IOException this guest cannot be captured as it stands now; the message says why
   */
  public GuestLoan(QmpCommands qmp, DriveOptions options, HoldLedger ledger, OwnProcess process)
      throws IOException, InterruptedException {
    this.qemu = new Qemu(qmp);
    this.options = options;
    this.before = qemu.runState();
    refuseWhatCannotMigrate(before, qemu.migration());
    this.settings = MigrationSettings.of(qemu, ledger);
    GuestRelease.Debt debt =
        new GuestRelease.Debt(before, settings, ledger, GuestRelease.STOPPED_OR_MIGRATED);
    this.release = new GuestRelease(qemu, debt, () -> stream.close(), process);
    this.course = new MigrationCourse(qemu, settings, process.clock());
  }

  /** Channels beside the main connection. One that stands is captured in the background. */
  MultifdOptions multifd() {
    return before.running() ? options.multifd() : MultifdOptions.NONE;
  }

  boolean ranBefore() {
    return before.running();
  }

  /**
   * Sets QEMU up. From here on the guest is given back also when this process is told to end, or
   * dies.
   *
   * @param received what QEMU sends: closed first when anything fails, so that QEMU ends too
   */
  public CaptureMode take(Closeable received) throws IOException, InterruptedException {
    stream = received;
    taken = true;
    release.arm();
    mode = prepare();
    return mode;
  }

  /**
   * Stops the guest where that comes before the migration.
   *
   * <p>QEMU's own pause in the background is too short for anybody, so a guest that is to be held
   * is stopped by us before the snapshot; live, QEMU holds it before the switchover.
   */
  public void stop() throws IOException, InterruptedException {
    if (mode == CaptureMode.STOP && before.running() || isHeldInBackground()) {
      qemu.stop();
    }
  }

  /** Whether the guest was stopped by us and may run on with the first page. */
  public boolean isHeldInBackground() {
    return mode == CaptureMode.BACKGROUND && before.running() && options.holdGuest();
  }

  /**
   * Starts the migration.
   *
   * @param pauseIsOver whether QEMU has stopped the guest and let it go on by itself
   * @param resumed whether anybody has let the guest go on
   */
  public void migrate(String uri, BooleanSupplier pauseIsOver, BooleanSupplier resumed)
      throws IOException, InterruptedException {
    release.heedOwner(resumed);
    boolean heldByQemu = mode == CaptureMode.BACKGROUND && !isHeldInBackground();
    if (heldByQemu) {
      release.leaveToQemu(pauseIsOver);
    }
    release.migrate(uri);
    // A background snapshot that is completed has let its guest go on, or found it stopped by its
    // owner.
    course.begins(
        heldByQemu ? () -> release.leaveToQemu(() -> true) : release::resume,
        mode == CaptureMode.LIVE ? options.liveLimit() : NO_LIMIT);
  }

  /** Asks for the migration, and does what is due. When it is over that was the last look. */
  public MigrationState look() throws IOException, InterruptedException {
    return course.look();
  }

  MigrationCourse course() {
    return course;
  }

  /** Lets a guest go on that is not stopped again by its capture. Any thread. */
  public void resumeForGood() throws IOException, InterruptedException {
    release.resumeForGood();
  }

  /**
   * Gives everything back.
   *
   * @throws IOException a step failed; the message says what the operator has to do
   */
  @Override
  public void close() throws IOException {
    if (taken) {
      release.close();
    }
  }

  static void refuseWhatCannotMigrate(RunState state, MigrationState migration) throws IOException {
    if (!migration.isOver()) {
      throw new IOException(
          "QEMU is migrating already (status "
              + migration.status()
              + "): wait for that, or cancel it");
    }
    switch (state.name()) {
      case "postmigrate" ->
          throw new IOException(
              "the guest stands in 'postmigrate': a migration of it was completed, somebody's or, where"
                  + " QEMU has no background snapshot, our capture of a guest that stood. It is captured"
                  + " again after 'cont' (and then 'stop', if it is to stand)");
      case "inmigrate" ->
          throw new IOException("this QEMU waits for an incoming migration: it has no guest yet");
      case "running", "paused" -> {}
      default -> {
        // QEMU 10.0.2 aborts, and the guest with it, when a background snapshot begins in
        // prelaunch:
        // to 'paused' leads no way from there, nor from other rare states.
        if (!state.running()) {
          throw new IOException(
              "the guest stands in '"
                  + state.name()
                  + "', in which QEMU cannot be asked for a"
                  + " snapshot without danger to it: say 'cont' (and then 'stop', if it is to stand)");
        }
      }
    }
  }

  private CaptureMode prepare() throws IOException, InterruptedException {
    DriveMode wanted = options.mode();
    MultifdOptions multifd = multifd();
    if (options.confirm()) {
      refuseWhatCannotBeConfirmed();
    }
    boolean background =
        !before.running() && !options.confirm()
            || wanted == DriveMode.BACKGROUND
            || wanted == DriveMode.AUTO && !options.confirm() && !multifd.areUsed();
    if (background && prepareBackground()) {
      return before.running() || wanted == DriveMode.BACKGROUND
          ? CaptureMode.BACKGROUND
          : CaptureMode.STOP;
    }
    boolean stop = wanted == DriveMode.STOP || !before.running();
    boolean held = options.holdGuest() && !stop;
    Set<String> capabilities = new HashSet<>();
    if (held) {
      capabilities.add(MigrationSettings.PAUSE_BEFORE_SWITCHOVER);
    }
    if (options.confirm()) {
      capabilities.add(MigrationSettings.RETURN_PATH);
    }
    if (multifd.areUsed()) {
      capabilities.add(MigrationSettings.MULTIFD);
    }
    settings.apply(capabilities);
    if (multifd.areUsed()) {
      settings.setParameter("multifd-channels", multifd.channels());
      settings.setParameter(
          "multifd-compression", multifd.compression().name().toLowerCase(Locale.ROOT));
    }
    return stop ? CaptureMode.STOP : CaptureMode.LIVE;
  }

  private void refuseWhatCannotBeConfirmed() throws IOException, InterruptedException {
    if (!before.running()) {
      throw new IOException(
          "the guest stands, and is captured by a background snapshot, which has no return path:"
              + " leave --confirm out, or let the guest run");
    }
    if (!qemu.describesDevices()) {
      throw new IOException(
          "the machine runs with suppress-vmdesc=on: nothing would mark the end of a stream that"
              + " QEMU keeps open. Leave --confirm out, or that option");
    }
  }

  private boolean prepareBackground() throws IOException, InterruptedException {
    String why = "this version does not know it";
    if (settings.knows(MigrationSettings.BACKGROUND_SNAPSHOT)) {
      try {
        settings.apply(Set.of(MigrationSettings.BACKGROUND_SNAPSHOT));
        return true;
      } catch (QmpException e) {
        why = e.description();
      }
    }
    if (options.mode() == DriveMode.BACKGROUND) {
      throw new IOException(
          "QEMU cannot take a background snapshot here (" + why + "): use --mode live or auto");
    }
    return false;
  }
}
