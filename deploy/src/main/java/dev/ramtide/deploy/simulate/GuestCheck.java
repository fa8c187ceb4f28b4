package dev.ramtide.deploy.simulate;

import dev.ramtide.deploy.simulate.schedule.SimProcess;
import java.time.Duration;
import java.util.Optional;

/**
 * Promise <b>GuestFirst</b>: a guest that its owner did not stop stands only within the capture
 * that stopped it, or for a short while after that, and when all is over QEMU is as its owner set
 * it.
 */
final class GuestCheck {
  /** Counted while somebody is there who can let the guest go. */
  private static final Duration SHORT_WHILE = Duration.ofSeconds(10);

  private static final int MOST_STEPS = 5_000;

  private final SimWorld world;
  private final SimHost host;
  private boolean stands;
  private Optional<SimHost.Capture> taker = Optional.empty();
  private long excusedNanos;

  GuestCheck(SimWorld world) {
    this.world = world;
    this.host = world.host();
  }

  /** After any event. */
  void look() {
    host.look();
    if (world.guest().isRunning() || host.owner().wantsItToStand()) {
      stands = false;
      return;
    }
    long now = world.scheduler().nanoTime();
    if (!stands) {
      stands = true;
      taker = host.capture();
      excusedNanos = now;
    }
    if (isWithinItsCapture() || !isAnybodyThere()) {
      excusedNanos = now;
    }
    Promise.GUEST_FIRST.require(
        now - excusedNanos <= SHORT_WHILE.toNanos(),
        "the guest stands in '" + host.qemu().runState() + "' since " + taker + " is over");
  }

  private boolean isWithinItsCapture() {
    return taker.isPresent() && host.capture().equals(taker);
  }

  private boolean isAnybodyThere() {
    return host.guards().stream().anyMatch(SimGuard::isOnDuty)
        || world.agents().stream()
            .filter(SimAgent::isDriving)
            .map(SimAgent::process)
            .anyMatch(GuestCheck::isAble);
  }

  private static boolean isAble(SimProcess process) {
    return process.isAlive() && !process.isStopped();
  }

  /** When no fault is left and every agent has ended. */
  void settled() {
    for (int steps = 0; !host.guards().isEmpty(); steps++) {
      world.scheduler().step();
      look();
      Promise.GUEST_FIRST.require(steps < MOST_STEPS, "a guard does not end: " + host.guards());
    }
    Promise.GUEST_FIRST.require(
        world.guest().isRunning() && !host.qemu().isMigrating(),
        "when all is over the guest stands in '" + host.qemu().runState() + "'");
    Promise.GUEST_FIRST.require(
        host.qemu().isOwners(), "when all is over QEMU's settings are not its owner's");
    Promise.GUEST_FIRST.require(
        host.noted().isEmpty(), "when all is over the file still says " + host.noted());
  }
}
