package dev.ramtide.sink.consume;

import dev.ramtide.checkpoint.CheckpointHistory;
import dev.ramtide.checkpoint.RecordedCheckpoint;
import dev.ramtide.sink.state.ControlState;

/**
 * How far a partition may apply. An image that was once sealed must always be restorable as a whole
 * checkpoint, so pages that no manifest covers yet, and that may turn out to be a torn half, wait
 * in the log.
 *
 * @param endRecordOffset exclusive
 * @param bounded whether a manifest draws the line; otherwise the image was never sealed and
 *     everything may flow
 */
record PageGate(long endRecordOffset, boolean bounded) {
  static final PageGate CLOSED = new PageGate(0, true);
  private static final PageGate OPEN = new PageGate(Long.MAX_VALUE, false);

  static PageGate of(ControlState state, CheckpointHistory history, int partition) {
    if (state instanceof ControlState.Filling) {
      return history.newest().map(newest -> endOf(newest, partition)).orElse(OPEN);
    } else if (state instanceof ControlState.Applying applying) {
      // Pruned, as far as this process can know, it will be overtaken: the sealer then goes on to
      // the newest. Nothing is torn by that, the magic is gone.
      return history
          .checkpoint(applying.checkpoint())
          .or(() -> history.newest().filter(newest -> newest.number() > applying.checkpoint()))
          .map(recorded -> endOf(recorded, partition))
          .orElse(CLOSED);
    }
    return CLOSED;
  }

  private static PageGate endOf(RecordedCheckpoint recorded, int partition) {
    return new PageGate(recorded.manifest().partitions().get(partition).endRecordOffset(), true);
  }
}
