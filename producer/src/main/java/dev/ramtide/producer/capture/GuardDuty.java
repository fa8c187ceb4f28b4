package dev.ramtide.producer.capture;

import dev.ramtide.producer.qmp.QmpCommands;
import dev.ramtide.time.MonotonicClock;
import java.io.IOException;
import java.time.Duration;

/** What a guard does for an agent that is gone. */
public final class GuardDuty {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration RETRY = Duration.ofMillis(100);

  private final HoldNote note;
  private final QmpCommands.Opener opener;
  private final OwnProcess process;

  public GuardDuty(HoldNote note, QmpCommands.Opener opener, OwnProcess process) {
    this.note = note;
    this.opener = opener;
    this.process = process;
  }

  /**
   * As soon as QEMU takes another client: it learns of the agent's end by itself. Until then
   * somebody else may do it, the next agent or the same one anew, and may hold something of its own
   * since.
   *
   * @param hold the last that the agent said
   * @return false when somebody else gave it back, or nothing is left to give it back to
   * @throws IOException it cannot be given back; the message says what the operator has to do
   */
  public boolean giveBack(GuestHold hold) throws IOException, InterruptedException {
    // Where that directory cannot be written nothing ever stands there.
    boolean noted = note.exists();
    MonotonicClock clock = process.clock();
    long deadline = clock.nanoTime() + PATIENCE.toNanos();
    while (isStillOwed(hold, noted)) {
      if (!note.isOfThisQemu(hold)) {
        note.clear();
        return false;
      }
      try (QmpCommands qmp = opener.open()) {
        // Since we are connected nobody else is, and QEMU is not exchanged any more.
        if (!isStillOwed(hold, noted)) {
          return false;
        }
        if (note.isOfThisQemu(hold)) {
          HoldRecovery.ofDeadAgent(qmp, hold, note, process);
          return true;
        }
      } catch (IOException e) {
        if (clock.nanoTime() > deadline) {
          throw e;
        }
      }
      clock.sleep(RETRY);
    }
    return false;
  }

  private boolean isStillOwed(GuestHold hold, boolean noted) {
    try {
      return note.read().map(hold::isOfSameCapture).orElse(!noted);
    } catch (IOException e) {
      return true; // A damaged file is no reason: what we were told ourselves is enough.
    }
  }
}
