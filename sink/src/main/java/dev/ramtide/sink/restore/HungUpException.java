package dev.ramtide.sink.restore;

import java.io.IOException;

/** A QEMU closed the connection before it had the whole stream; it may be able to say why. */
final class HungUpException extends IOException {
  private static final long serialVersionUID = 1L;

  HungUpException(String message, IOException cause) {
    super(message, cause);
  }
}
