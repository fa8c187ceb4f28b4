package dev.ramtide.configuration;

import java.io.IOException;

/** A file or the environment says something that makes no sense; the message says where. */
public final class ConfigurationException extends IOException {
  private static final long serialVersionUID = 1;

  /** Several complaints are lines. */
  public ConfigurationException(String message) {
    super(message);
  }

  ConfigurationException(String message, Throwable cause) {
    super(message, cause);
  }
}
