package dev.ramtide.refusal;

/**
 * What is wrong with a TLS connection, by what the JDK says of it: its exceptions have no other
 * kinds than their messages.
 */
enum TlsTrouble {
  UNKNOWN_HOST(
      "(?s).*(No subject alternative|No name matching).*",
      "The broker's certificate does not have the host name or address that --bootstrap-server, or the"
          + " broker's advertised.listeners, names: use a name that it has, or give the broker a certificate with"
          + " this one (subject alternative name)"),
  EXPIRED(
      "(?s).*(validity check failed|NotAfter|certificate_expired).*",
      "A certificate has expired, or this host's clock is wrong: renew the broker's, or that of "
          + ClientProperty.settable("ssl.keystore.location")),
  UNKNOWN_AUTHORITY(
      "(?s).*(PKIX|unable to find valid certification path|trustAnchors).*",
      "The broker's certificate was signed by nobody that this client trusts: set "
          + ClientProperty.settable("ssl.truststore.location")
          + " to a file with the authority of the broker's certificate, and ssl.truststore.password or"
          + " ssl.truststore.type=PEM"),
  NO_CLIENT_CERTIFICATE(
      "(?s).*fatal alert: (certificate_required|bad_certificate|certificate_unknown|unknown_ca|access_denied).*",
      "The broker wants a client certificate that it trusts: set "
          + ClientProperty.settable("ssl.keystore.location")
          + " to one that an authority of the broker's truststore has signed, and ssl.keystore.password and"
          + " ssl.key.password"),
  NOT_TLS(
      "(?s).*(Unsupported or unrecognized SSL message|plaintext connection).*",
      "This port does not speak TLS: use another port in --bootstrap-server, or set "
          + ClientProperty.settable("security.protocol")
          + " to PLAINTEXT or SASL_PLAINTEXT"),
  OTHER(
      "(?s).*",
      "Check against what the broker's listener wants: "
          + ClientProperty.settable("security.protocol")
          + ", ssl.truststore.*, ssl.keystore.* and ssl.enabled.protocols");

  private final String sign;
  private final String remedy;

  TlsTrouble(String sign, String remedy) {
    this.sign = sign;
    this.remedy = remedy;
  }

  /**
   * @param messages of the exception and its causes
   */
  static String remedy(String messages) {
    for (TlsTrouble trouble : values()) {
      if (messages.matches(trouble.sign)) {
        return trouble.remedy;
      }
    }
    throw new IllegalStateException(messages);
  }
}
