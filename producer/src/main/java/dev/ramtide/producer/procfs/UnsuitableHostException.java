package dev.ramtide.producer.procfs;

import java.io.IOException;

/**
 * This host, its kernel, our rights on it, or the way QEMU was started, do not allow that a guest
 * is captured in this way. Retrying does not help; the message says why, and what would.
 */
public final class UnsuitableHostException extends IOException {
  private static final long serialVersionUID = 1L;

  public UnsuitableHostException(String message) {
    super(message);
  }

  public UnsuitableHostException(String message, Throwable cause) {
    super(message, cause);
  }
}
