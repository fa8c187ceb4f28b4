package dev.ramtide.deploy.embedded;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Collection;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Finds a port to listen on before the listener exists, because Kafka must be told its own address.
 * Kafka ends the process when the port is somebody else's by then, so it is claimed for as long as
 * this process lives.
 */
public final class FreePort {
  // Below Linux's ephemeral ports (32768 and up): no outgoing connection is likely to have it.
  private static final int FIRST = 20_000;
  private static final int END = 32_000;
  private static final int ATTEMPTS = 100;

  /** Sockets that are bound and never listen. A listener can still be bound beside them. */
  private static final Collection<Socket> CLAIMS = new ConcurrentLinkedQueue<>();

  private FreePort() {}

  /** A port that no other call is given, in this process or in another one. */
  public static int find() throws IOException {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, END);
      if (claim(port)) {
        return port;
      }
    }
    throw new IOException(
        "no free port found on " + BrokerSettings.HOST + " from " + FIRST + " to " + END);
  }

  /**
   * Linux binds a second socket to a port if both say that they reuse addresses and neither listens
   * yet. So a claim does not say so while it is bound, which fails beside any other socket, and
   * says so afterwards, which lets the listener in and no other claim.
   */
  static boolean claim(int port) throws IOException {
    Socket claim = new Socket();
    try {
      claim.setReuseAddress(false);
      claim.bind(new InetSocketAddress(BrokerSettings.HOST, port));
      claim.setReuseAddress(true);
      CLAIMS.add(claim);
      return true;
    } catch (BindException taken) {
      claim.close();
      return false;
    }
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
