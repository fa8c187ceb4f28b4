package dev.ramtide.deploy.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.utils.Time;

/**
 * One Kafka node, broker and controller in one, on the loopback address of this process. It is the
 * real thing with a short way to start it: nothing is replicated and nobody is authenticated.
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
    if (!FreePort.isFree(brokerPort)) {
      throw new IOException(
          "port " + brokerPort + " on " + BrokerSettings.HOST + " is taken: choose another one");
    }
    BrokerSettings settings =
        new BrokerSettings(dataDirectory.toAbsolutePath(), brokerPort, FreePort.find());
    Files.createDirectories(settings.dataDirectory());
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
          "no broker could be started in " + dataDirectory + ": " + e.getMessage(), e);
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
