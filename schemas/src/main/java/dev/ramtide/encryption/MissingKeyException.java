package dev.ramtide.encryption;

import java.io.IOException;

/**
 * What was read cannot be decrypted for want of a key, or of the answer of a key service. With it
 * another try succeeds.
 */
public final class MissingKeyException extends IOException {
  private static final long serialVersionUID = 1L;

  public MissingKeyException(String message) {
    super(message);
  }

  MissingKeyException(String message, Throwable cause) {
    super(message, cause);
  }
}
