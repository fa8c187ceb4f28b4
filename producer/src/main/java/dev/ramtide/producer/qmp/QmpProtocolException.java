package dev.ramtide.producer.qmp;

import java.io.IOException;

/** What came over the socket is not what QMP says; the connection is of no further use. */
public final class QmpProtocolException extends IOException {
  private static final long serialVersionUID = 1L;

  QmpProtocolException(String message) {
    super(QmpText.brief(message));
  }
}
