package dev.ramtide.deploy.simulate;

import dev.ramtide.deploy.simulate.schedule.SimProcess;
import dev.ramtide.producer.capture.OwnProcess;
import dev.ramtide.time.MonotonicClock;

/** A simulated process that holds a guest. It ends by itself, or is killed. */
record SimOwnProcess(SimProcess process) implements OwnProcess {
  @Override
  public MonotonicClock clock() {
    return process;
  }

  @Override
  public void atExit(Thread last) {}

  @Override
  public void forget(Thread last) {}
}
