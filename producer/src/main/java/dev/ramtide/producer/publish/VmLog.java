package dev.ramtide.producer.publish;

import java.io.IOException;

/** The log of one VM, to be written by one agent at a time. */
public interface VmLog {
  /**
   * Takes over the VM: from now on nothing counts that an agent before us still completes. Called
   * again, it goes on with a new epoch, and takes the VM from nobody.
   *
   * @throws FencedException another agent took over at the same moment, after us, or since an
   *     earlier call; nothing was written in that case
   * @throws IOException the log cannot be reached, or is not as it must be; the message says what
   *     to do
   */
  EpochLog claim() throws IOException;
}
