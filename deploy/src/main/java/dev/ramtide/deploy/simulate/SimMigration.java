package dev.ramtide.deploy.simulate;

import dev.ramtide.deploy.simulate.SimGuest.PageId;
import dev.ramtide.deploy.simulate.schedule.SimProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;

/**
 * One migration of a simulated QEMU, in a thread of its own, as QEMU 10.0.2 does it.
 *
 * <pre>
 *   background   STOP, RESUME, each page once as it was at the STOP, completed
 *   otherwise    rounds of pages, STOP, (pre-switchover,) the rest, completed, postmigrate
 *   no reader    failed, and the guest as it was before the STOP
 * </pre>
 *
 * Within a round pages come in any order, as over several channels.
 */
final class SimMigration {
  private static final int MOST_ROUNDS = 3;
  private static final Duration WAIT = Duration.ofMillis(5);

  private final SimQemu qemu;
  private final SimStream stream;
  private final Random random;
  private String status = "setup";
  private boolean ranAtStop;
  private boolean stopped;
  private boolean toldToGoOn;
  private boolean cancelled;

  /** It cannot go on. */
  private static final class BrokenOff extends Exception {
    private static final long serialVersionUID = 1L;
  }

  SimMigration(SimQemu qemu, SimStream stream, Random random) {
    this.qemu = qemu;
    this.stream = stream;
    this.random = random;
  }

  String status() {
    return cancelled && !isOver() ? "cancelling" : status;
  }

  boolean isOver() {
    return status.equals("completed") || status.equals("failed") || status.equals("cancelled");
  }

  void cancel() {
    cancelled |= !isOver();
  }

  void goOn() {
    toldToGoOn = true;
  }

  /** In a thread of QEMU's. */
  void run() {
    try {
      process().sleep(WAIT);
      status = "active";
      if (qemu.isOn("background-snapshot")) {
        inTheBackground();
      } else {
        plainly();
      }
    } catch (BrokenOff e) {
      breakOff();
    }
  }

  private SimProcess process() {
    return qemu.process();
  }

  private void inTheBackground() throws BrokenOff {
    boolean ran = qemu.guest().isRunning();
    if (ran) {
      qemu.stopGuest("paused");
    }
    Moment moment = qemu.guest().moment();
    if (ran) {
      process().sleep(Duration.ofMillis(1 + random.nextInt(7)));
      qemu.letGuestRun();
      qemu.pausedByItself();
    }
    for (PageId id : shuffled(qemu.guest().allPages())) {
      send(new SimStream.Page(id, moment.pages()[id.block()][id.page()]));
    }
    send(new SimStream.Devices(moment));
    process().act();
    status = "completed";
  }

  private void plainly() throws BrokenOff {
    SimGuest guest = qemu.guest();
    guest.takeDirty();
    List<PageId> round = guest.allPages();
    for (int rounds = random.nextInt(MOST_ROUNDS); rounds >= 0; rounds--) {
      send(round);
      round = guest.takeDirty();
    }
    ranAtStop = guest.isRunning();
    stopped = true;
    qemu.stopGuest("finish-migrate");
    if (qemu.isOn("pause-before-switchover")) {
      awaitGoingOn();
    }
    status = "device";
    TreeSet<PageId> rest = new TreeSet<>(round);
    rest.addAll(guest.takeDirty());
    Moment moment = guest.moment();
    send(List.copyOf(rest));
    send(new SimStream.Devices(moment));
    if (qemu.isOn("return-path")) {
      awaitConfirmation();
    }
    process().act();
    status = "completed";
    // For a moment it is completed, and does not let the guest go on yet.
    process().sleep(Duration.ofMillis(1));
    qemu.stopGuest("postmigrate");
  }

  /** QEMU waits for a word, and does not see who leaves meanwhile. */
  private void awaitGoingOn() throws BrokenOff {
    status = "pre-switchover";
    while (!toldToGoOn) {
      process().sleep(WAIT);
      requireNotCancelled();
    }
  }

  private void awaitConfirmation() throws BrokenOff {
    while (!stream.isConfirmed()) {
      process().sleep(WAIT);
      requireReader();
    }
  }

  private void send(List<PageId> round) throws BrokenOff {
    for (PageId id : shuffled(round)) {
      send(new SimStream.Page(id, qemu.guest().page(id)));
    }
  }

  private void send(SimStream.Piece piece) throws BrokenOff {
    requireReader();
    while (stream.isFull()) {
      process().sleep(WAIT);
      requireReader();
    }
    stream.write(piece);
  }

  private void requireReader() throws BrokenOff {
    requireNotCancelled();
    if (!stream.isOpen()) {
      throw new BrokenOff();
    }
  }

  private void requireNotCancelled() throws BrokenOff {
    if (cancelled) {
      throw new BrokenOff();
    }
  }

  private void breakOff() {
    stream.end();
    status = cancelled ? "cancelled" : "failed";
    process().act();
    if (stopped && ranAtStop) {
      qemu.letGuestRun();
    } else if (stopped) {
      qemu.stopGuest("paused");
    }
  }

  private List<PageId> shuffled(List<PageId> pages) {
    List<PageId> shuffled = new ArrayList<>(pages);
    Collections.shuffle(shuffled, random);
    return shuffled;
  }
}
