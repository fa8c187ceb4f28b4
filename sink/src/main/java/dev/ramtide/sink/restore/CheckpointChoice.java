package dev.ramtide.sink.restore;

import dev.ramtide.checkpoint.CheckpointHistory;
import dev.ramtide.checkpoint.RecordedCheckpoint;
import dev.ramtide.checkpoint.VmId;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Which checkpoint of a VM is wanted. */
public sealed interface CheckpointChoice {
  /** The newest that is complete. */
  record Newest() implements CheckpointChoice {
    @Override
    public RecordedCheckpoint in(VmId vm, CheckpointHistory history) throws IOException {
      return newest(vm, history);
    }
  }

  /** That one. */
  record Numbered(long number) implements CheckpointChoice {
    @Override
    public RecordedCheckpoint in(VmId vm, CheckpointHistory history) throws IOException {
      RecordedCheckpoint newest = newest(vm, history);
      Optional<RecordedCheckpoint> found = history.checkpoint(number);
      return found.isPresent() ? restorable(vm, history, found.get()) : absent(vm, history, newest);
    }

    private RecordedCheckpoint absent(VmId vm, CheckpointHistory history, RecordedCheckpoint newest)
        throws IOException {
      String wanted = "checkpoint " + number + " of " + vm;
      if (number < 1) {
        throw new IOException(wanted + ": checkpoints are numbered from 1");
      }
      if (number > newest.number()) {
        throw new IOException(wanted + " does not exist yet: the newest is " + described(newest));
      }
      List<RecordedCheckpoint> all = history.checkpoints();
      if (number < all.get(0).number()) {
        throw new IOException(wanted + " was pruned; " + oldestToBeHad(history));
      }
      RecordedCheckpoint below =
          all.stream().filter(one -> one.number() < number).reduce((a, b) -> b).orElseThrow();
      RecordedCheckpoint above =
          all.stream().filter(one -> one.number() > number).findFirst().orElseThrow();
      throw new IOException(
          wanted
              + " never completed; its neighbours are "
              + described(below)
              + " and "
              + described(above));
    }
  }

  /** The newest whose guest time is not later than that. */
  record At(Instant time) implements CheckpointChoice {
    @Override
    public RecordedCheckpoint in(VmId vm, CheckpointHistory history) throws IOException {
      newest(vm, history);
      RecordedCheckpoint found =
          history.checkpoints().stream()
              .filter(one -> !one.manifest().times().pause().isAfter(time))
              .reduce((before, later) -> later)
              .orElseThrow(
                  () ->
                      new IOException(
                          vm
                              + " has no checkpoint of "
                              + time
                              + " or before; "
                              + prunedBefore(history).orElse(oldestToBeHad(history))));
      return restorable(vm, history, found);
    }
  }

  /** The newest with that label. */
  record Labelled(String label) implements CheckpointChoice {
    private static final int MOST_NAMED = 20;

    @Override
    public RecordedCheckpoint in(VmId vm, CheckpointHistory history) throws IOException {
      newest(vm, history);
      Optional<RecordedCheckpoint> found =
          history.checkpoints().stream()
              .filter(one -> one.manifest().label().equals(label))
              .reduce((before, later) -> later);
      if (found.isEmpty()) {
        throw new IOException(
            "no checkpoint of "
                + vm
                + " has the label '"
                + label
                + "'; "
                + labels(history)
                + prunedBefore(history).map(gone -> "; " + gone).orElse(""));
      }
      return restorable(vm, history, found.get());
    }

    private static String labels(CheckpointHistory history) {
      List<String> all =
          history.checkpoints().stream()
              .map(one -> one.manifest().label())
              .filter(some -> !some.isEmpty())
              .distinct()
              .toList();
      if (all.isEmpty()) {
        return "none has a label";
      }
      List<String> newest = all.subList(Math.max(0, all.size() - MOST_NAMED), all.size());
      String which =
          newest.size() < all.size() ? "the newest of " + all.size() + " are " : "labels are ";
      return which
          + newest.stream().map(some -> "'" + some + "'").collect(Collectors.joining(", "));
    }
  }

  /**
   * Finds it.
   *
   * @throws IOException it cannot be had; the message says what can
   */
  RecordedCheckpoint in(VmId vm, CheckpointHistory history) throws IOException;

  private static RecordedCheckpoint newest(VmId vm, CheckpointHistory history) throws IOException {
    return history
        .newest()
        .orElseThrow(
            () -> new IOException(vm + " has no complete checkpoint yet: let the agent take one"));
  }

  /** A checkpoint without its keyframe is of no use: that part of the log was cut off. */
  private static RecordedCheckpoint restorable(
      VmId vm, CheckpointHistory history, RecordedCheckpoint found) throws IOException {
    if (history.keyframeFor(found.number()).isEmpty()) {
      throw new IOException(
          "checkpoint "
              + found.number()
              + " of "
              + vm
              + " was pruned: the keyframe that it needs is no longer in the log; "
              + oldestToBeHad(history));
    }
    return found;
  }

  /**
   * What is said of those that are not in the history any more: of a time or a label nobody can
   * tell whether it was one of them. Empty when it is whole.
   */
  private static Optional<String> prunedBefore(CheckpointHistory history) {
    RecordedCheckpoint first = history.checkpoints().get(0);
    long oldest = history.oldestRestorable().orElse(first).number();
    return first.number() == 1
        ? Optional.empty()
        : Optional.of("those before " + oldest + " were pruned, " + oldestToBeHad(history));
  }

  private static String oldestToBeHad(CheckpointHistory history) {
    return history
        .oldestRestorable()
        .map(oldest -> "the oldest that can still be had is " + described(oldest))
        .orElse("nothing of it can be had from the log any more");
  }

  private static String described(RecordedCheckpoint checkpoint) {
    return checkpoint.number() + " (" + checkpoint.manifest().times().pause() + ")";
  }
}
