package dev.ramtide.producer.capture;

import dev.ramtide.producer.qmp.QmpPeer;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The unix socket to which QEMU sends one capture, in a directory of its own that nobody else may
 * enter: what comes through it is all that the guest knows.
 *
 * <p>{@link #close} may come from any thread and wakes the one that waits or reads.
 */
final class CaptureSocket implements AutoCloseable {
  /** {@code sun_path} of Linux, without the final zero. */
  private static final int MAX_PATH_BYTES = 107;

  private final Path directory;
  private final Path path;
  private final MigrationConnections connections;

  private CaptureSocket(Path directory, Path path, MigrationConnections connections) {
    this.directory = directory;
    this.path = path;
    this.connections = connections;
  }

  /**
   * @param parent exists; the private directory is made in it
   * @param qemu whoever is to connect
   * @param channelCount how many times, besides the main connection
   */
  static CaptureSocket open(Path parent, QmpPeer qemu, int channelCount) throws IOException {
    Path directory = PrivateDirectory.in(parent);
    Path path = directory.resolve("capture.sock");
    ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      if (path.toString().getBytes().length > MAX_PATH_BYTES) {
        throw new IOException(
            "the path " + path + " is too long for a unix socket: choose a shorter --socket-dir");
      }
      listener.bind(UnixDomainSocketAddress.of(path), channelCount + 1);
      PrivateDirectory.giveTo(qemu, path);
      PrivateDirectory.giveTo(qemu, directory);
      return new CaptureSocket(directory, path, new MigrationConnections(listener, channelCount));
    } catch (IOException | RuntimeException e) {
      listener.close();
      Files.deleteIfExists(path);
      Files.deleteIfExists(directory);
      throw e;
    }
  }

  /** What QEMU is told to migrate to. */
  String uri() {
    return "unix:" + path;
  }

  /** What QEMU connects; all of it ends with this socket. */
  MigrationConnections connections() {
    return connections;
  }

  @Override
  public void close() throws IOException {
    connections.close();
    Files.deleteIfExists(path);
    Files.deleteIfExists(directory);
  }
}
