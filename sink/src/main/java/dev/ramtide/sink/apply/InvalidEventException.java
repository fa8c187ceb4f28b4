package dev.ramtide.sink.apply;

import java.io.IOException;

/**
 * An event that cannot be right. It is never skipped: its partition stops. Retrying cannot help.
 */
public final class InvalidEventException extends IOException {
  private static final long serialVersionUID = 1L;

  public InvalidEventException(String message) {
    super(message);
  }
}
