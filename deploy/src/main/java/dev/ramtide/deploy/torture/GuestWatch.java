package dev.ramtide.deploy.torture;

import dev.ramtide.deploy.demo.GuestProgram;
import dev.ramtide.deploy.demo.QemuGuest;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Set;

/**
 * Promise GuestFirst, looked at from outside: after each death of an agent QEMU says that the guest
 * runs, and the guest counts on, within a bounded time in which nobody of us makes it stand.
 */
final class GuestWatch {
  private static final long LIMIT_MS = Duration.ofSeconds(45).toMillis();
  private static final long LOOK_EVERY_MS = 250;
  private static final Set<String> OVER =
      Set.of("null", "none", "completed", "failed", "cancelled");

  private final QemuGuest guest;
  private final Tally tally;
  private int owed;
  private boolean held;
  private boolean counting;
  private int passes;
  private long sinceMs;
  private long lookedAtMs;

  GuestWatch(QemuGuest guest, Tally tally) {
    this.guest = guest;
    this.tally = tally;
  }

  /** From now on it has to run. */
  void expectRunning() {
    owed++;
    counting = false;
    sinceMs = -1;
  }

  /** Whether all that it owed has been seen. */
  boolean isSettled() {
    return owed == 0;
  }

  /** Makes it stand. */
  void hold() throws IOException, InterruptedException {
    held = true;
    guest.stop();
  }

  void release() throws IOException, InterruptedException {
    guest.cont();
    held = false;
    expectRunning();
  }

  boolean isRunning() throws IOException, InterruptedException {
    return guest.status().running();
  }

  /** Whether it stands as it does after a migration: from there QEMU migrates it no more. */
  boolean isSpent() throws IOException, InterruptedException {
    return guest.status().name().equals("postmigrate");
  }

  /** Whether it stands, and has not run since it had done so many passes. */
  boolean stoodStill(int passesBefore) throws IOException, InterruptedException {
    return !isRunning() && passes() == passesBefore;
  }

  /** Whether it runs, and no capture of it is under way. */
  boolean isLeftAlone() throws IOException, InterruptedException {
    return isRunning() && OVER.contains(migration());
  }

  private String migration() throws IOException, InterruptedException {
    return String.valueOf(guest.execute("query-migrate", Map.of()).fields().get("status"));
  }

  int passes() throws IOException, InterruptedException {
    return guest.readDword(GuestProgram.PASS_ADDRESS);
  }

  /**
   * @param excused whether an agent is stopped: QEMU may wait for one to read
   */
  void look(long nowMs, boolean excused) throws IOException, InterruptedException {
    if (owed == 0 || nowMs - lookedAtMs < LOOK_EVERY_MS) {
      return;
    }
    lookedAtMs = nowMs;
    if (held || excused || sinceMs < 0) {
      sinceMs = nowMs;
      counting = false;
    } else if (goesOn()) {
      for (; owed > 0; owed--) {
        tally.guestRuns();
      }
    } else if (nowMs - sinceMs > LIMIT_MS) {
      throw new IOException(
          "the guest does not run, "
              + LIMIT_MS / 1000
              + " s after an agent died or it was told to go on: QEMU says '"
              + guest.status().name()
              + "', migration "
              + migration());
    }
  }

  /** Whether it runs now, and has counted on since the first look. */
  private boolean goesOn() throws IOException, InterruptedException {
    int now = passes();
    boolean moved = counting && now != passes;
    passes = counting ? passes : now;
    counting = true;
    return moved && isRunning();
  }
}
