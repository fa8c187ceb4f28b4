package dev.ramtide.deploy.embedded;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Finds a port to listen on before the listener exists, because Kafka must be told its own address.
 */
public final class FreePort {
  // Below Linux's ephemeral ports (32768 and up): no outgoing connection can take the port between
  // our look and Kafka's bind.
  private static final int FIRST = 20_000;
  private static final int END = 32_000;
  private static final int ATTEMPTS = 100;

  private FreePort() {}

  public static int find() throws IOException {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, END);
      if (isFree(port)) {
        return port;
      }
    }
    throw new IOException(
        "no free port found on " + BrokerSettings.HOST + " from " + FIRST + " to " + END);
  }

  static boolean isFree(int port) throws IOException {
    try (ServerSocket socket =
        new ServerSocket(port, 1, InetAddress.getByName(BrokerSettings.HOST))) {
      return socket.isBound();
    } catch (BindException taken) {
      return false;
    }
  }
}
