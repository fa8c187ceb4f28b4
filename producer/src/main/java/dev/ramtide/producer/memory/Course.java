package dev.ramtide.producer.memory;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** How far a {@link Crew} has come with a job. Guarded by the crew's lock. */
final class Course {
  final Crew.Job job;
  private final boolean[] full;
  private long planned;
  private long taken;
  private boolean planEnded;
  private @Nullable Throwable failure;

  /** Pieces that some thread works on. */
  int filling;

  Course(int slots, Crew.Job job) {
    this.full = new boolean[slots];
    this.job = job;
  }

  boolean isOver() {
    return failure != null || planEnded && taken == planned;
  }

  /** Whether no piece will be begun any more. */
  boolean isPlanned() {
    return failure != null || planEnded;
  }

  boolean canTake() {
    return taken < planned && full[slotToTake()];
  }

  int slotToTake() {
    return (int) (taken % full.length);
  }

  /** A slot with a piece to be filled, or -1 if there is none now. */
  int planNext() {
    if (failure != null || planEnded || planned - taken == full.length) {
      return -1;
    }
    int slot = (int) (planned % full.length);
    try {
      if (!job.plan(slot)) {
        planEnded = true;
        return -1;
      }
    } catch (RuntimeException e) {
      fail(e);
      return -1;
    }
    planned++;
    filling++;
    return slot;
  }

  void filled(int slot, @Nullable Throwable cause) {
    filling--;
    full[slot] = true;
    fail(cause);
  }

  void taken(int slot, @Nullable Throwable cause) {
    full[slot] = false;
    taken++;
    fail(cause);
  }

  private void fail(@Nullable Throwable cause) {
    if (failure == null) {
      failure = cause;
    }
  }

  void throwFailure() throws IOException {
    if (failure instanceof IOException e) {
      throw e;
    }
    if (failure instanceof RuntimeException e) {
      throw e;
    }
    if (failure instanceof Error e) {
      throw e;
    }
  }
}
