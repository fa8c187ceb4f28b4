package dev.ramtide.encryption;

import java.io.IOException;

/**
 * What was read is not what an agent encrypted for this place: it was changed, moved, or written by
 * somebody without the key. Retrying cannot help.
 */
public final class NotAuthenticException extends IOException {
  private static final long serialVersionUID = 1L;

  public NotAuthenticException(String message) {
    super(message);
  }
}
