package dev.ramtide.registry;

import java.io.IOException;

/**
 * The schema registry did not do what was asked. The message says what was asked, of whom, and what
 * to change; another try may succeed when somebody has done so.
 */
public final class RegistryException extends IOException {
  private static final long serialVersionUID = 1L;

  public RegistryException(String message) {
    super(message);
  }

  public RegistryException(String message, Throwable cause) {
    super(message, cause);
  }
}
