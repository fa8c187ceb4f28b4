package dev.ramtide.producer.qmp;

import java.io.IOException;

/** QEMU understood a command and refused it. The connection goes on. */
public final class QmpException extends IOException {
  private static final long serialVersionUID = 1L;

  private final String errorClass;
  private final String description;
  private final String command;

  public QmpException(String errorClass, String description, String command) {
    super(
        "QEMU refused '"
            + command
            + "': "
            + QmpText.brief(description)
            + " ("
            + QmpText.brief(errorClass)
            + ")");
    this.errorClass = errorClass;
    this.description = description;
    this.command = command;
  }

  /**
   * QEMU's error class, nearly always {@code GenericError}; {@code CommandNotFound} is the useful
   * other one.
   */
  public String errorClass() {
    return errorClass;
  }

  QmpFaults.Kind kind() {
    return errorClass.equals("GenericError") ? QmpFaults.Kind.REFUSED : QmpFaults.Kind.ABSENT;
  }

  /** QEMU's words. */
  public String description() {
    return description;
  }

  public String command() {
    return command;
  }
}
