package dev.ramtide.refusal;

import java.util.Locale;

/** A property of Kafka's clients in a message: always with where an operator sets it. */
public final class ClientProperty {
  /** Where any of them is set. */
  public static final String PLACES =
      "(--command-config; with clients. before it in --config; RAMTIDE_CLIENTS_...)";

  private ClientProperty() {}

  /**
   * Such as {@code security.protocol (--command-config; clients.security.protocol in --config;
   * RAMTIDE_CLIENTS_SECURITY_PROTOCOL)}.
   *
   * @param key of the property, or {@code key=value}; it may be several, such as {@code
   *     ssl.keystore.*}
   */
  public static String settable(String key) {
    String name = key.replaceFirst("=.*", "");
    String variable =
        name.replace("_", "___").replace("-", "__").replace('.', '_').toUpperCase(Locale.ROOT);
    return key
        + " (--command-config; clients."
        + name
        + " in --config; RAMTIDE_CLIENTS_"
        + variable
        + ")";
  }
}
