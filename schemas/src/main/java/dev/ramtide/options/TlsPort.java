package dev.ramtide.options;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Properties;

/**
 * A port that speaks TLS, and a client that was not told to: Kafka's takes the first bytes of the
 * answer, a TLS alert, for the length of a record of 352 MB, and runs out of memory where there is
 * less, or waits for the rest of it (KAFKA-4090). So a server is asked before there is such a
 * client:
 *
 * <pre>
 *   asked      Kafka's ApiVersions, version 0, which every broker answers, also before SASL
 *   answered   00 ..            a length: Kafka
 *              15 03 ..         an alert of TLS; 16 03 a greeting
 * </pre>
 *
 * <p>Whatever else happens is for Kafka's client to say.
 */
final class TlsPort {
  private static final int TIMEOUT_MS = 1000;
  private static final int ALERT = 0x1503;
  private static final int GREETING = 0x1603;

  private static final short API_VERSIONS = 18;
  private static final int REQUEST_BYTES = 2 + 2 + 4 + 2;

  private TlsPort() {}

  /**
   * @param client properties with {@code bootstrap.servers}
   * @throws IOException one of the servers speaks TLS, and the client would not; the message says
   *     what to set
   */
  static void requireNone(Properties client) throws IOException {
    String protocol = client.getProperty("security.protocol", "PLAINTEXT").strip();
    if (protocol.endsWith("SSL")) {
      return;
    }
    for (String server : client.getProperty("bootstrap.servers", "").split(",", -1)) {
      if (speaksTls(server.strip())) {
        throw new IOException(
            "Kafka at "
                + server.strip()
                + " speaks TLS, and security.protocol is "
                + protocol
                + ": set it to "
                + (protocol.startsWith("SASL") ? "SASL_SSL" : "SSL, or SASL_SSL with a password,")
                + " in --command-config, with ssl.truststore.location (deploy/SECURITY.md)");
      }
    }
  }

  private static boolean speaksTls(String server) {
    int colon = server.lastIndexOf(':');
    if (colon < 1) {
      return false;
    }
    String host = server.substring(0, colon).replaceAll("^\\[|]$", "");
    try (Socket socket = new Socket()) {
      int port = Integer.parseInt(server.substring(colon + 1));
      socket.connect(new InetSocketAddress(host, port), TIMEOUT_MS);
      socket.setSoTimeout(TIMEOUT_MS);
      socket.getOutputStream().write(request());
      int first = new DataInputStream(socket.getInputStream()).readUnsignedShort();
      return first == ALERT || first == GREETING;
    } catch (IOException | IllegalArgumentException e) {
      return false; // Kafka's client says it better, and may find another server.
    }
  }

  private static byte[] request() {
    short noClientId = -1;
    return ByteBuffer.allocate(Integer.BYTES + REQUEST_BYTES)
        .putInt(REQUEST_BYTES)
        .putShort(API_VERSIONS)
        .putShort((short) 0)
        .putInt(0)
        .putShort(noClientId)
        .array();
  }
}
