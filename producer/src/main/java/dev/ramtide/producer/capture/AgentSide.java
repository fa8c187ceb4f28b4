package dev.ramtide.producer.capture;

import dev.ramtide.producer.qmp.QmpCommands;
import java.io.IOException;
import java.time.Clock;

/**
 * What a capture needs of the agent that takes it.
 *
 * @param process whose end must not leave a guest standing
 * @param ledgers a new one for each time that the guest is held, with nothing in it
 * @param trust outlives the source
 */
public record AgentSide(OwnProcess process, Ledgers ledgers, Clock clock, HostTrust trust) {
  /** A stop of the guest, of which nothing has happened yet. */
  GuestStop stopOf(QmpCommands qmp) throws IOException, InterruptedException {
    return GuestStop.of(qmp, ledgers.open(), process, clock);
  }

  /** Opens the book of one hold. */
  @FunctionalInterface
  public interface Ledgers {
    HoldLedger open() throws IOException;
  }
}
