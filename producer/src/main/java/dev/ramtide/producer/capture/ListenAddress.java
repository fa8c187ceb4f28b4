package dev.ramtide.producer.capture;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where to wait for a migration, written as QEMU writes it: {@code unix:/path} or {@code
 * tcp:HOST:PORT}.
 */
public final class ListenAddress {
  /** All multifd channels of a QEMU may connect before the first of them is accepted. */
  private static final int BACKLOG = 128;

  /** {@code sun_path} of Linux, without the final zero. */
  private static final int MAX_PATH_BYTES = 107;

  private static final Pattern TCP =
      Pattern.compile("tcp:(?:\\[([^\\]]+)\\]|([^:\\[\\]]+)):(\\d{1,5})");

  private final SocketAddress address;

  private ListenAddress(SocketAddress address) {
    this.address = address;
  }

  /**
   * @throws IllegalArgumentException it is neither form
   */
  public static ListenAddress parse(String text) {
    if (text.startsWith("unix:") && text.length() > "unix:".length()) {
      return new ListenAddress(UnixDomainSocketAddress.of(text.substring("unix:".length())));
    }
    Matcher tcp = TCP.matcher(text);
    if (tcp.matches() && Integer.parseInt(tcp.group(3)) <= 65535) {
      String host = tcp.group(1) != null ? tcp.group(1) : tcp.group(2);
      return new ListenAddress(new InetSocketAddress(host, Integer.parseInt(tcp.group(3))));
    }
    throw new IllegalArgumentException(
        "'" + text + "' is neither unix:/path nor tcp:HOST:PORT (tcp:[::1]:PORT)");
  }

  ServerSocketChannel listen() throws IOException {
    if (address instanceof UnixDomainSocketAddress unix) {
      removeStale(unix.getPath());
    } else if (address instanceof InetSocketAddress tcp && tcp.isUnresolved()) {
      throw new IOException("unknown host " + tcp.getHostString());
    }
    ServerSocketChannel listener =
        address instanceof UnixDomainSocketAddress
            ? ServerSocketChannel.open(StandardProtocolFamily.UNIX)
            : ServerSocketChannel.open();
    try {
      return address instanceof UnixDomainSocketAddress unix
          ? bind(listener, unix.getPath())
          : listener.bind(address, BACKLOG);
    } catch (IOException e) {
      listener.close();
      throw new IOException("cannot listen on " + this + ": " + e.getMessage(), e);
    }
  }

  /**
   * For its owner alone from the first moment on: whoever connects is believed to be QEMU. Where
   * the socket is made nobody else can reach it; then it gets its name, which it keeps serving.
   */
  private static ServerSocketChannel bind(ServerSocketChannel listener, Path path)
      throws IOException {
    // Few characters: Linux takes 107 bytes for the name of a socket.
    Path parent = Objects.requireNonNull(path.toAbsolutePath().getParent());
    Path directory = parent.resolve("." + Long.toString(ProcessHandle.current().pid(), 36));
    Path made = directory.resolve("s");
    int longest = Math.max(made.toString().getBytes().length, path.toString().getBytes().length);
    if (longest > MAX_PATH_BYTES) {
      throw new IOException("the path is too long for a unix socket: choose a shorter one");
    }
    Files.createDirectory(
        directory,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    try {
      listener.bind(UnixDomainSocketAddress.of(made), BACKLOG);
      Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rw-------"));
      Files.createLink(path, made); // A rename would take the name from another process.
      return listener;
    } finally {
      Files.deleteIfExists(made);
      Files.deleteIfExists(directory);
    }
  }

  String uriOf(ServerSocketChannel listener) throws IOException {
    return address instanceof UnixDomainSocketAddress ? toString() : uriOfBound(listener);
  }

  private static String uriOfBound(ServerSocketChannel listener) throws IOException {
    return new ListenAddress(listener.getLocalAddress()).toString();
  }

  /** Leaves no socket file behind. */
  void remove() throws IOException {
    if (address instanceof UnixDomainSocketAddress unix) {
      Files.deleteIfExists(unix.getPath());
    }
  }

  @Override
  public String toString() {
    if (address instanceof InetSocketAddress tcp) {
      String host = tcp.getHostString();
      return "tcp:" + (host.contains(":") ? "[" + host + "]" : host) + ":" + tcp.getPort();
    }
    return "unix:" + address;
  }

  /**
   * A socket file outlives the process that made it. It may go only if nobody answers behind it.
   */
  private static void removeStale(Path path) throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    BasicFileAttributes file =
        Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (!file.isOther()) {
      throw new IOException("cannot listen on " + path + ": there is a file that is not a socket");
    }
    try (SocketChannel probe = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      throw new BindException(
          "cannot listen on " + path + ": another process does (" + probe.getRemoteAddress() + ")");
    } catch (ConnectException e) {
      Files.delete(path);
    }
  }
}
