package dev.ramtide.deploy.simulate;

import dev.ramtide.deploy.simulate.schedule.SimProcess;
import dev.ramtide.producer.capture.GuardDuty;
import dev.ramtide.producer.capture.GuestHold;
import dev.ramtide.producer.capture.HoldNote;
import dev.ramtide.producer.capture.HoldStore;
import java.io.IOException;
import java.util.Optional;

/**
 * A guard beside a simulated agent, and the pipe between them: what the agent holds is written to
 * the file, and then told. When the pipe ends the guard does its duty.
 */
final class SimGuard implements HoldStore {
  private final SimHost host;
  private final SimProcess agent;
  private final SimProcess process;
  private final HoldNote file;
  private Optional<GuestHold> last = Optional.empty();
  private boolean closed;
  private boolean begun;

  SimGuard(SimHost host, SimProcess agent, SimProcess process) {
    this.host = host;
    this.agent = agent;
    this.process = process;
    this.file = new SimHoldNote(host, agent);
  }

  SimProcess process() {
    return process;
  }

  boolean isOf(SimProcess other) {
    return agent == other;
  }

  /** Whether it does what it is there for. */
  boolean isOnDuty() {
    return begun && process.isAlive() && process.threads() > 0;
  }

  /** Nothing comes of it any more. */
  boolean isOver() {
    return !process.isAlive() || begun && process.threads() == 0;
  }

  /** Whoever ended the agent has ended the pipe. */
  void look() {
    if (!begun && process.isAlive() && (closed || !agent.isAlive())) {
      begun = true;
      last.ifPresent(hold -> process.newThread(() -> doDuty(hold)).start());
    }
  }

  private void doDuty(GuestHold hold) {
    GuardDuty duty =
        new GuardDuty(
            new SimHoldNote(host, process),
            () -> host.connect(process),
            new SimOwnProcess(process));
    try {
      duty.giveBack(hold);
    } catch (IOException e) {
      return; // It says so, and the next agent finds the file.
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void write(GuestHold hold) throws IOException {
    file.write(hold);
    agent.act();
    last = Optional.of(hold);
  }

  @Override
  public void clear() throws IOException {
    file.clear();
    agent.act();
    last = Optional.empty();
  }

  @Override
  public void close() {
    agent.act();
    closed = true;
  }
}
