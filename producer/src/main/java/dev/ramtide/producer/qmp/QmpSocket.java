package dev.ramtide.producer.qmp;

import java.io.IOException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** Opens a unix socket with an error that tells an operator what to look at. */
final class QmpSocket {
  private QmpSocket() {}

  static SocketChannel open(Path socket) throws IOException {
    if (!Files.exists(socket)) {
      throw new IOException(
          "no QMP socket at "
              + socket
              + ": start QEMU with -qmp unix:"
              + socket
              + ",server=on,wait=off (or the directory is not accessible to this user)");
    }
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.connect(UnixDomainSocketAddress.of(socket));
      return channel;
    } catch (SocketException e) {
      channel.close();
      throw new IOException(
          "cannot connect to the QMP socket " + socket + ": " + e.getMessage() + advice(e), e);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static String advice(SocketException e) {
    String message = String.valueOf(e.getMessage());
    if (message.contains("refused")) {
      return " (the file is there, but no QEMU listens on it: has it exited?)";
    }
    if (message.contains("Permission denied")) {
      return " (run the agent as the user of the QEMU process, or as root)";
    }
    if (message.contains("temporarily unavailable")) {
      return " (a QMP socket serves one client at a time, and others wait already: give QEMU a second -qmp socket)";
    }
    return "";
  }
}
