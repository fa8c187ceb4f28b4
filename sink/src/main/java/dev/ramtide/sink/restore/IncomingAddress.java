package dev.ramtide.sink.restore;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where a QEMU that was started with {@code -incoming} listens, in QEMU's own words. */
public sealed interface IncomingAddress {
  /** {@code unix:PATH}. */
  record Unix(Path path) implements IncomingAddress {
    @Override
    public void requirePresent() throws IOException {
      if (!Files.exists(path)) {
        throw new IOException("there is no " + path + HINT + this);
      }
      if (!Files.readAttributes(path, BasicFileAttributes.class).isOther()) {
        throw new IOException(path + " is no socket" + HINT + this);
      }
    }

    @Override
    public SocketChannel connect() throws IOException {
      requirePresent();
      SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
      return connected(channel, this, () -> channel.connect(UnixDomainSocketAddress.of(path)));
    }

    @Override
    public String toString() {
      return "unix:" + path;
    }
  }

  /** {@code tcp:HOST:PORT}. */
  record Tcp(String host, int port) implements IncomingAddress {
    /** Only a connection could tell, and QEMU accepts no second one. */
    @Override
    public void requirePresent() {}

    @Override
    public SocketChannel connect() throws IOException {
      SocketChannel channel = SocketChannel.open();
      return connected(channel, this, () -> channel.connect(new InetSocketAddress(host, port)));
    }

    @Override
    public String toString() {
      return "tcp:" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
  }

  String HINT = ": start QEMU with the guest's own arguments and -incoming ";

  Pattern TCP = Pattern.compile("tcp:(?:\\[([^]]+)]|([^:\\[\\]]+)):([0-9]{1,5})");

  /**
   * @throws IllegalArgumentException it is no such address; the message shows one
   */
  static IncomingAddress parse(String uri) {
    if (uri.startsWith("unix:") && uri.length() > "unix:".length()) {
      return new Unix(Path.of(uri.substring("unix:".length())));
    }
    Matcher tcp = TCP.matcher(uri);
    if (tcp.matches() && Integer.parseInt(tcp.group(3)) <= 0xFFFF) {
      String host = tcp.group(1) != null ? tcp.group(1) : tcp.group(2);
      return new Tcp(host, Integer.parseInt(tcp.group(3)));
    }
    throw new IllegalArgumentException(
        "'" + uri + "' is neither unix:PATH nor tcp:HOST:PORT, such as tcp:127.0.0.1:4444");
  }

  /**
   * Looks without touching it.
   *
   * @throws IOException nobody can be listening there; the message says what to do
   */
  void requirePresent() throws IOException;

  /**
   * @throws IOException nobody listens there; the message says what to do
   */
  SocketChannel connect() throws IOException;

  /** A connection attempt. */
  @FunctionalInterface
  interface Attempt {
    void run() throws IOException;
  }

  private static SocketChannel connected(
      SocketChannel channel, IncomingAddress address, Attempt attempt) throws IOException {
    try {
      attempt.run();
      return channel;
    } catch (UnresolvedAddressException e) {
      channel.close();
      throw new IOException(address + ": there is no such host", e);
    } catch (IOException e) {
      channel.close();
      throw new IOException(
          "no QEMU waits at " + address + " (" + e.getMessage() + ")" + HINT + address, e);
    }
  }
}
