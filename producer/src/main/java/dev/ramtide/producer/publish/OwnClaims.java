package dev.ramtide.producer.publish;

import dev.ramtide.checkpoint.EpochClaimed;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What this process has claimed so far: whether it ever held the VM, and up to which epoch.
 *
 * <p>A claim of which Kafka said nothing may be in the topic all the same, also later than others;
 * it is known again by its host and time. Two agents of one name would have to claim in the same
 * millisecond to be taken for each other.
 *
 * <p>One owner thread.
 */
final class OwnClaims {
  private final Set<EpochClaimed> unacknowledged = new HashSet<>();
  private @Nullable UUID topicId;
  private long newestEpoch = -1;

  /** The topic that is claimed in; of one that was created anew nothing is known. */
  void areIn(UUID checkpointsTopicId) {
    if (!checkpointsTopicId.equals(topicId)) {
      topicId = checkpointsTopicId;
      newestEpoch = -1;
      unacknowledged.clear();
    }
  }

  void sends(EpochClaimed claim) {
    unacknowledged.add(claim);
  }

  void acknowledged(EpochClaimed claim, long epoch) {
    unacknowledged.remove(claim);
    newestEpoch = Math.max(newestEpoch, epoch);
  }

  /** Takes a claim that was read, ours or not. */
  void read(long recordOffset, EpochClaimed claim) {
    if (unacknowledged.contains(claim)) {
      newestEpoch = Math.max(newestEpoch, recordOffset);
    }
  }

  /** The highest epoch that is known to be ours, or -1 while the VM was never held. */
  long newestEpoch() {
    return newestEpoch;
  }
}
