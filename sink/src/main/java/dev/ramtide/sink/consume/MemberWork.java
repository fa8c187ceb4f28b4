package dev.ramtide.sink.consume;

import dev.ramtide.checkpoint.VmId;
import dev.ramtide.sink.seal.ImageListener;
import dev.ramtide.sink.seal.KeptCopies;
import dev.ramtide.sink.state.Site;
import java.io.IOException;
import java.util.Optional;

/** What the loops of one process share. */
interface MemberWork {
  VmFilter filter();

  Site site();

  /** What is known of a VM, once its topics were found. */
  Optional<VmFollow> vm(VmId vm);

  SealDuty.DeviceStates deviceStates();

  ImageListener listener();

  KeptCopies kept();

  boolean isStopping();

  /**
   * Something has happened that a member may wait for: each looks now, not after its next poll. Any
   * thread; a hint.
   */
  void wake();

  /** Gives one VM up for a while and says so. */
  void failVm(VmFollow vm, IOException reason);

  /** Ends the process. */
  void failProcess(IOException reason);
}
