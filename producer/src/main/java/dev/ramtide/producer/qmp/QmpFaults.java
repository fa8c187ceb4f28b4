package dev.ramtide.producer.qmp;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * What went wrong on the connections to a QEMU, over all connections of a process. For those who
 * watch: nothing depends on it. Any thread.
 */
public final class QmpFaults {
  /** The ways in which a connection fails, or a command on it. */
  public enum Kind {
    /** QEMU understood a command and would not do it ({@code GenericError}). */
    REFUSED,
    /**
     * What was asked for is not in this QEMU (all other error classes). Ordinary, where it is asked
     * to find that out: each agent in mode kernel asks for a balloon.
     */
    ABSENT,
    /** What came is not QMP. */
    PROTOCOL,
    /** QEMU closed the connection, or it broke. */
    LOST,
    /** A command had no reply in time. */
    UNANSWERED,
    /** Nobody listens at the socket, or another client holds it. */
    UNREACHABLE
  }

  private final AtomicLongArray counts = new AtomicLongArray(Kind.values().length);

  void happened(Kind kind) {
    counts.incrementAndGet(kind.ordinal());
  }

  /** How often it happened so far. */
  public long count(Kind kind) {
    return counts.get(kind.ordinal());
  }
}
