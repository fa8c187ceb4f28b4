package dev.ramtide.wire;

import java.io.IOException;

/**
 * Bytes in a topic that are no event of ours. Reading them again cannot help: the partition must
 * stop.
 */
public final class MalformedEventException extends IOException {
  private static final long serialVersionUID = 1L;

  public MalformedEventException(String message) {
    super(message);
  }

  public MalformedEventException(String message, Throwable cause) {
    super(message, cause);
  }
}
