package dev.ramtide.deploy.torture;

import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One fault after the other: none begins before the one before is made good, and the distance to it
 * is kept also when that came late.
 */
final class FaultLane {
  /** Does it. */
  interface Inflictor {
    /** Whether its target is there to be hurt. */
    boolean isPossible(Fault fault);

    void begin(Fault fault) throws IOException, InterruptedException;

    /** Makes it good. */
    void end(Fault fault) throws IOException, InterruptedException;
  }

  private final Iterator<Fault> faults;
  private final Inflictor inflictor;
  private final int kinds;
  private int begun;
  private @Nullable Fault next;
  private @Nullable Fault current;
  private long lateMs;
  private long endMs;

  FaultLane(List<Fault> faults, Inflictor inflictor) {
    this.faults = faults.iterator();
    this.inflictor = inflictor;
    this.kinds = (int) faults.stream().map(Fault::kind).distinct().count();
    advance();
  }

  private void advance() {
    next = faults.hasNext() ? faults.next() : null;
  }

  /** Whether each kind has been here: they come in decks. */
  boolean hasDealtAll() {
    return begun >= kinds;
  }

  /**
   * Does what is due.
   *
   * @param hurting whether anything new may begin
   */
  void look(long nowMs, boolean hurting) throws IOException, InterruptedException {
    if (current != null) {
      if (nowMs >= endMs) {
        calm();
      }
      return;
    }
    Fault due = next;
    if (hurting && due != null && nowMs >= due.atMs() + lateMs && inflictor.isPossible(due)) {
      lateMs = nowMs - due.atMs();
      endMs = nowMs + due.lengthMs();
      current = due;
      begun++;
      advance();
      inflictor.begin(due);
    }
  }

  /** Makes good what goes on, however long it was to last. */
  void calm() throws IOException, InterruptedException {
    Fault ending = current;
    current = null;
    if (ending != null) {
      inflictor.end(ending);
    }
  }
}
