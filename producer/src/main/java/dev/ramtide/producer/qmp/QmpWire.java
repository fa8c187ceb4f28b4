package dev.ramtide.producer.qmp;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.util.Map;

/** Lines of JSON over a socket, one object a line. One thread reads, one thread writes. */
final class QmpWire {
  /** Far above any reply that Ramtide asks for; a bound for what comes from the other side. */
  static final int MAX_LINE_BYTES = 8 << 20;

  private final ByteChannel channel;
  private final ByteBuffer input = ByteBuffer.allocate(64 << 10).limit(0);
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();

  QmpWire(ByteChannel channel) {
    this.channel = channel;
  }

  /**
   * Waits for the next line.
   *
   * @throws IOException the connection ended
   * @throws QmpProtocolException the line is too long or is no JSON object
   */
  QmpObject read() throws IOException {
    byte[] bytes = readLine();
    try {
      return QmpText.parse(bytes);
    } catch (QmpProtocolException e) {
      throw new QmpProtocolException("QMP: " + e.getMessage() + ": this is not a QMP socket");
    }
  }

  void write(Map<String, ?> message) throws IOException {
    byte[] json = QmpText.bytesOf(message);
    ByteBuffer bytes = ByteBuffer.allocate(json.length + 1).put(json).put((byte) '\n').flip();
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private byte[] readLine() throws IOException {
    line.reset();
    while (true) {
      while (input.hasRemaining()) {
        byte next = input.get();
        if (next == '\n') {
          return line.toByteArray();
        }
        if (line.size() == MAX_LINE_BYTES) {
          throw new QmpProtocolException("QMP: a line of more than " + MAX_LINE_BYTES + " bytes");
        }
        line.write(next);
      }
      fill();
    }
  }

  private void fill() throws IOException {
    int count = channel.read(input.clear());
    input.flip();
    if (count < 0) {
      throw new IOException("QEMU closed the QMP connection (it has exited, or was told to)");
    }
  }
}
