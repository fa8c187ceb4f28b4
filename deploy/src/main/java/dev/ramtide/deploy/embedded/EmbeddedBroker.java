package dev.ramtide.deploy.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.utils.Time;

/**
 * One Kafka node, broker and controller in one, on the loopback address of this process: alone, or
 * one of a {@link Cluster}. It is the real thing with a short way to start it: nobody is
 * authenticated, and alone nothing is replicated.
 *
 * <p>All that is used of Kafka's inner API stands in this room. The data directory may be opened
 * again by a later broker, also after {@code kill -9}; two at once are refused.
 */
public final class EmbeddedBroker implements AutoCloseable {
  private final DirectoryLock lock;
  private final KafkaRaftServer server;
  private final int port;

  private EmbeddedBroker(DirectoryLock lock, KafkaRaftServer server, int port) {
    this.lock = lock;
    this.server = server;
    this.port = port;
  }

  /**
   * Formats the directory if it is new, starts the broker and returns when clients can connect.
   *
   * @param dataDirectory made if it is missing
   * @param port to listen on, or 0 for any free one
   * @throws IOException the directory cannot be used or the port is taken; the message says which
   */
  public static EmbeddedBroker start(Path dataDirectory, int port) throws IOException {
    int brokerPort = port == 0 ? FreePort.find() : port;
    return start(BrokerSettings.ofOne(dataDirectory.toAbsolutePath(), brokerPort, FreePort.find()));
  }

  /**
   * As {@link #start(Path, int)}, for one node of a cluster: returns when enough of the others are
   * there to decide.
   *
   * @param node which one, from 1
   */
  public static EmbeddedBroker start(Path dataDirectory, Cluster cluster, int node)
      throws IOException {
    return start(new BrokerSettings(dataDirectory.toAbsolutePath(), cluster, node));
  }

  private static EmbeddedBroker start(BrokerSettings settings) throws IOException {
    int brokerPort = settings.brokerPort();
    if (!FreePort.isFree(brokerPort)) {
      throw new IOException(
          "port " + brokerPort + " on " + BrokerSettings.HOST + " is taken: choose another one");
    }
    // What agents publish will be in it.
    Files.createDirectories(
        settings.dataDirectory(),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    DirectoryLock lock = DirectoryLock.take(settings.dataDirectory());
    try {
      LogDirectory.formatIfNew(settings);
      KafkaRaftServer server =
          new KafkaRaftServer(new KafkaConfig(settings.asMap(), false), Time.SYSTEM);
      server.startup();
      return new EmbeddedBroker(lock, server, brokerPort);
    } catch (IOException e) {
      lock.close();
      throw e;
    } catch (KafkaException e) {
      lock.close();
      throw new IOException(
          "no broker could be started in " + settings.dataDirectory() + ": " + e.getMessage(), e);
    }
  }

  /** What clients put into {@code bootstrap.servers}. */
  public String bootstrapServers() {
    return BrokerSettings.HOST + ":" + port;
  }

  /** Returns when the broker has stopped, by {@link #close} from another thread. */
  public void awaitShutdown() {
    server.awaitShutdown();
  }

  /** Stops cleanly. A second call does nothing. */
  @Override
  public void close() {
    server.shutdown();
    server.awaitShutdown();
    try {
      lock.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
