package dev.ramtide.refusal;

import java.io.IOException;

/**
 * Kafka knows who asks, and he may not: an ACL is missing. Trying again does not help until
 * somebody has granted it; the message has the command.
 */
public final class RefusedException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * @param doing what was asked, such as {@code writing topic ramtide.web.pages}
   * @param missing what was not granted
   */
  public RefusedException(String doing, Right missing) {
    super(doing + ": " + Refusal.needs(missing));
  }

  RefusedException(String message, Throwable cause) {
    super(message, cause);
  }
}
