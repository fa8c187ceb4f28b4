package dev.ramtide.registry;

import java.io.IOException;

/**
 * The schema registry did not do what was asked. The message says what was asked, of whom, and what
 * to change; another try may succeed when somebody has done so.
 */
public final class RegistryException extends IOException {
  private static final long serialVersionUID = 1L;

  private final boolean away;

  /** Of a registry that answers, and refuses. */
  public RegistryException(String message) {
    super(message);
    this.away = false;
  }

  public RegistryException(String message, Throwable cause) {
    this(message, cause, false);
  }

  /**
   * @param away as {@link #isAway}
   */
  public RegistryException(String message, Throwable cause, boolean away) {
    super(message, cause);
    this.away = away;
  }

  /** Whether nobody has to change anything but to start the registry, or the network to it. */
  public boolean isAway() {
    return away;
  }
}
