package dev.ramtide.refusal;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;

/**
 * What a port speaks, by its answer to a question that every broker answers, also before SASL:
 *
 * <pre>
 *   asked      Kafka's ApiVersions, version 0
 *   answered   00 00 ..         a length: Kafka
 *              15 03 ..         an alert of TLS; 16 03 a greeting
 * </pre>
 */
final class TlsPort {
  private static final int LENGTH = 0;
  private static final int ALERT = 0x1503;
  private static final int GREETING = 0x1603;

  private static final short API_VERSIONS = 18;
  private static final int REQUEST_BYTES = 2 + 2 + 4 + 2;

  /** Who is there. */
  enum Answer {
    KAFKA,
    TLS,
    /** Nobody, or not in time, or something else: Kafka's client says it better. */
    UNKNOWN
  }

  private TlsPort() {}

  /**
   * @param patience for a connection, and again for the answer
   */
  static Answer ask(InetSocketAddress address, Duration patience) {
    int timeoutMs = Math.toIntExact(patience.toMillis());
    try (Socket socket = new Socket()) {
      socket.connect(address, timeoutMs);
      socket.setSoTimeout(timeoutMs);
      socket.getOutputStream().write(request());
      return switch (new DataInputStream(socket.getInputStream()).readUnsignedShort()) {
        case LENGTH -> Answer.KAFKA;
        case ALERT, GREETING -> Answer.TLS;
        default -> Answer.UNKNOWN;
      };
    } catch (IOException e) {
      return Answer.UNKNOWN;
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
