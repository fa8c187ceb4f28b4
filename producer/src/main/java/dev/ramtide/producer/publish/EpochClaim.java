package dev.ramtide.producer.publish;

import dev.ramtide.checkpoint.EpochClaimed;
import dev.ramtide.checkpoint.VmId;
import java.io.IOException;

/**
 * Takes over a VM.
 *
 * <pre>
 *   1. read what is there: a log that is not written our way, or that we have no key for,
 *      gets no record of ours,
 *      nor one that another agent has taken over since we held it
 *   2. append EpochClaimed; its record offset is the epoch
 *   3. read the topic to its end
 * </pre>
 *
 * 2 before 3: every manifest of an older agent is then either before the claim, so we see it and
 * number on from it, or after it, so it does not count.
 *
 * <p>The first claim of a process takes over, for somebody started it. What comes after a failure
 * only goes on: it may have lasted days, in which another agent was put in our place and we could
 * not read of it.
 */
final class EpochClaim {
  private EpochClaim() {}

  /** Returns the epoch; the reader has then read all that was before the claim. */
  static long claim(
      LogSettings settings, EpochClaimed record, CheckpointsWriter writer, CheckpointsReader reader)
      throws IOException {
    VmId vm = settings.topics().vm();
    reader.readToEnd();
    reader.requireNotReplaced(vm);
    // Who forgot the keys must not fence one who has them.
    settings.keys().requireFor(vm, reader.history().newestEpoch());
    reader.own().sends(record); // First: it may arrive although we are told that it did not.
    long epoch = writer.append(record);
    reader.own().acknowledged(record, epoch);
    reader.readTo(epoch + 1);
    reader.readToEnd();
    reader.requireOwned(vm, epoch);
    return epoch;
  }
}
