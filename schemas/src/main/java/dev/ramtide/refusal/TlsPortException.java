package dev.ramtide.refusal;

import java.io.IOException;

/** A server speaks TLS, and a client would not. Trying again does not help; the message does. */
public final class TlsPortException extends IOException {
  private static final long serialVersionUID = 1L;

  TlsPortException(String server, PlainPorts.Client client) {
    super(
        "Kafka at "
            + server
            + " speaks TLS, and "
            + client.protocolKey()
            + " is "
            + client.protocol()
            + ": set it to "
            + (client.protocol().startsWith("SASL")
                ? "SASL_SSL"
                : "SSL, or SASL_SSL with a password,")
            + " in --command-config, with ssl.truststore.location (deploy/SECURITY.md)");
  }
}
