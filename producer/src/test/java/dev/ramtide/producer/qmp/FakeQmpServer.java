package dev.ramtide.producer.qmp;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The server's side of QMP on a unix socket, for tests: greets one client at a time, answers
 * commands by name.
 *
 * <p>A command without an answer gets QEMU's {@code CommandNotFound}. One thread serves; {@link
 * #event} and {@link #hangUp} may come from any other.
 */
public final class FakeQmpServer implements AutoCloseable {
  /**
   * Computes what stands behind {@code "return"}; an {@link IllegalStateException} becomes a
   * GenericError.
   */
  @FunctionalInterface
  public interface Answer {
    Object to(Map<String, Object> arguments) throws IOException;
  }

  private static final Map<String, Object> GREETING =
      Map.of(
          "QMP",
          Map.of(
              "version",
              Map.of("qemu", Map.of("major", 10, "minor", 0, "micro", 2)),
              "capabilities",
              List.of("oob")));

  private final Path socket;
  private final ServerSocketChannel server;
  private final Map<String, Answer> answers = new ConcurrentHashMap<>();
  private final List<String> received = new CopyOnWriteArrayList<>();
  private volatile Object greeting = GREETING;
  private volatile SocketChannel client;

  public FakeQmpServer(Path socket) throws IOException {
    this.socket = socket;
    this.server =
        ServerSocketChannel.open(StandardProtocolFamily.UNIX)
            .bind(UnixDomainSocketAddress.of(socket));
    this.client = SocketChannel.open(StandardProtocolFamily.UNIX);
    on("qmp_capabilities", arguments -> Map.of());
    Thread thread = new Thread(this::serve, "fake-qmp");
    thread.setDaemon(true);
    thread.start();
  }

  public Path socket() {
    return socket;
  }

  public void on(String command, Answer answer) {
    answers.put(command, answer);
  }

  /** What the next client reads first instead of QMP's greeting. */
  public void greetWith(Object object) {
    greeting = object;
  }

  /** Names of the commands that came, in order. */
  public List<String> received() {
    return List.copyOf(received);
  }

  public void event(String name, Map<String, ?> data, long microsecondsSinceEpoch) {
    try {
      send(
          Map.of(
              "event",
              name,
              "data",
              data,
              "timestamp",
              Map.of(
                  "seconds",
                  microsecondsSinceEpoch / 1_000_000,
                  "microseconds",
                  microsecondsSinceEpoch % 1_000_000)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public void hangUp() throws IOException {
    client.close();
  }

  @Override
  public void close() throws IOException {
    server.close();
    client.close();
    Files.deleteIfExists(socket);
  }

  private void serve() {
    while (server.isOpen()) {
      try {
        client = server.accept();
        send(greeting);
        QmpWire wire = new QmpWire(client);
        while (true) {
          reply(wire.read());
        }
      } catch (IOException e) {
        // The client went: wait for the next one, as QEMU does.
      }
    }
  }

  private void reply(QmpObject message) throws IOException {
    String command = message.text("execute");
    received.add(command);
    Answer answer = answers.get(command);
    if (answer == null) {
      send(
          Map.of(
              "error",
              Map.of(
                  "class",
                  "CommandNotFound",
                  "desc",
                  "The command " + command + " has not been found"),
              "id",
              message.text("id")));
      return;
    }
    try {
      Map<String, Object> arguments =
          message.has("arguments") ? message.object("arguments").fields() : Map.of();
      send(Map.of("return", answer.to(arguments), "id", message.text("id")));
    } catch (IllegalStateException e) {
      send(
          Map.of(
              "error",
              Map.of("class", "GenericError", "desc", String.valueOf(e.getMessage())),
              "id",
              message.text("id")));
    }
  }

  private synchronized void send(Object message) throws IOException {
    new QmpWire(client).write(QmpObject.of(message).fields());
  }
}
