package dev.ramtide.producer.publish;

import dev.ramtide.checkpoint.EpochClaimed;
import dev.ramtide.checkpoint.VmId;
import java.io.IOException;

/**
 * Another agent has taken over the VM. To try again would only take it back: an operator must
 * decide.
 */
public final class FencedException extends IOException {
  private static final long serialVersionUID = 1L;

  FencedException(VmId vm, long epoch, long higherEpoch, EpochClaimed claim) {
    super(
        "another agent took over VM "
            + vm
            + ": the one on "
            + claim.agentHost()
            + " claimed epoch "
            + higherEpoch
            + " at "
            + claim.time()
            + ", ours is "
            + epoch
            + "; let only one agent run for a VM");
  }

  /** By an agent whose claim was pruned since. */
  FencedException(VmId vm, long epoch, long higherEpoch) {
    super(
        "another agent took over VM "
            + vm
            + ": it began epoch "
            + higherEpoch
            + ", ours is "
            + epoch
            + "; let only one agent run for a VM");
  }
}
