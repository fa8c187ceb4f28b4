package dev.ramtide.producer.capture;

import dev.ramtide.producer.procfs.ProcFs;
import dev.ramtide.producer.procfs.ProcessFiles;
import dev.ramtide.producer.qmp.QmpCommands;
import java.io.IOException;

/**
 * A QEMU as it is reached from its host: by its control socket, as a process, and by what it leaves
 * for us.
 *
 * @param process finds QEMU's process, and does not open it twice
 */
public record QemuHost(
    QmpCommands qmp,
    ProcFs procFs,
    ProcessFinder process,
    MachineProbe probe,
    DeviceStates deviceStates) {
  /** Finds the process behind the control socket. */
  @FunctionalInterface
  public interface ProcessFinder {
    /**
     * @return the caller's to close
     * @throws dev.ramtide.producer.procfs.UnsuitableHostException it cannot be seen from here
     */
    ProcessFiles find() throws IOException;
  }
}
