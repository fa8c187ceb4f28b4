package dev.ramtide.deploy.simulate.kernel;

import dev.ramtide.deploy.simulate.schedule.SimProcess;
import org.jspecify.annotations.Nullable;

/** A process as its kernel has it. */
final class SimTask {
  private final long pid;
  private final long startTime;
  private final SimProcess process;
  private final ProcessMemory memory;
  private @Nullable SimProcess claimedBy;

  SimTask(long pid, long startTime, SimProcess process, ProcessMemory memory) {
    this.pid = pid;
    this.startTime = startTime;
    this.process = process;
    this.memory = memory;
  }

  long pid() {
    return pid;
  }

  long startTime() {
    return startTime;
  }

  boolean isAlive() {
    return process.isAlive();
  }

  ProcessMemory memory() {
    return memory;
  }

  /** Whether the lock is free, or of one who died. */
  boolean claim(SimProcess by) {
    SimProcess holder = claimedBy;
    if (holder != null && holder.isAlive()) {
      return false;
    }
    claimedBy = by;
    return true;
  }

  void release() {
    claimedBy = null;
  }
}
