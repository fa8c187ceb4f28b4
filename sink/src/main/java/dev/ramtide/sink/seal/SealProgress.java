package dev.ramtide.sink.seal;

import java.util.List;

/** How an attempt to seal ended. */
public sealed interface SealProgress {
  /** It is done. */
  record Done(long checkpoint) implements SealProgress {}

  /** These partitions have not reached the end of the checkpoint yet. */
  record Waiting(List<Integer> partitions) implements SealProgress {}

  /**
   * This partition is past the end of the checkpoint, or began behind it: only a later one can be
   * sealed.
   */
  record Overtaken(int partition) implements SealProgress {}

  /** Somebody reads or writes; ask again. */
  record Busy() implements SealProgress {}
}
