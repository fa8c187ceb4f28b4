package dev.ramtide.registry;

import java.io.IOException;

/**
 * The schema registry did not do what was asked. The message says what was asked, of whom, and what
 * to change; another try may succeed when somebody has done so.
 */
public final class RegistryException extends IOException {
  private static final long serialVersionUID = 1L;

  /** What is known after a question without an answer. */
  public enum Reason {
    /** Nobody has to change anything but to start the registry, or the network to it. */
    AWAY,
    /** Somebody has to change something, here or there; of a record nothing is known. */
    REFUSED,
    /** A registry that knows its schemas says that it has none of this id. */
    UNKNOWN_ID
  }

  private final Reason reason;

  /** Of a registry that answers, and refuses. */
  public RegistryException(String message) {
    this(message, Reason.REFUSED);
  }

  public RegistryException(String message, Reason reason) {
    super(message);
    this.reason = reason;
  }

  public RegistryException(String message, Throwable cause) {
    this(message, cause, Reason.REFUSED);
  }

  public RegistryException(String message, Throwable cause, Reason reason) {
    super(message, cause);
    this.reason = reason;
  }

  /** As {@link Reason#AWAY}: it goes on by itself. */
  public boolean isAway() {
    return reason == Reason.AWAY;
  }

  /** As {@link Reason#UNKNOWN_ID}: all that is known of a record, and nothing else is. */
  public boolean isUnknownId() {
    return reason == Reason.UNKNOWN_ID;
  }
}
