package dev.ramtide.producer.qmp;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * One connection to a QEMU.
 *
 * <pre>
 *   QEMU    {"QMP": {"version": …, "capabilities": […]}}            the greeting
 *   client  {"execute": "qmp_capabilities", "id": "1"}
 *   QEMU    {"return": {}, "id": "1"}
 *   client  {"execute": "stop", "id": "2"}
 *   QEMU    {"event": "STOP", "timestamp": {…}}                      events come at any time,
 *   QEMU    {"return": {}, "id": "2"}                                also between command and reply
 * </pre>
 *
 * <p>Any thread may call. An interrupted caller leaves the connection whole: the socket is only
 * touched by two threads of its own, because an interrupt closes a channel, and a guest that waits
 * for {@code cont} needs it.
 *
 * @see <a href="https://www.qemu.org/docs/master/interop/qmp-spec.html">QMP specification</a>
 */
public final class QmpClient implements QmpCommands {
  /** Commands return at once or nearly so; QEMU's main loop may be held up by a slow disk. */
  static final Duration REPLY_TIMEOUT = Duration.ofSeconds(30);

  private final Path socket;
  private final SocketChannel channel;
  private final QmpWire wire;
  private final CompletableFuture<QmpObject> greeting = new CompletableFuture<>();
  private final QmpFaults faults;
  private String qemuVersion = "";
  private final PendingReplies replies = new PendingReplies();
  private final BlockingQueue<Map<String, ?>> outgoing = new LinkedBlockingQueue<>();
  private final List<Consumer<QmpEvent>> listeners = new CopyOnWriteArrayList<>();

  private QmpClient(Path socket, SocketChannel channel, QmpFaults faults) {
    this.socket = socket;
    this.faults = faults;
    this.channel = channel;
    this.wire = new QmpWire(channel);
  }

  /**
   * Connects and negotiates.
   *
   * @throws IOException nobody listens, another client holds the socket, or it is not QMP; the
   *     message says which
   */
  public static QmpClient connect(Path socket) throws IOException, InterruptedException {
    return connect(socket, new QmpFaults());
  }

  /**
   * As {@link #connect(Path)}.
   *
   * @param faults is told what goes wrong, from here to the end of the connection
   */
  public static QmpClient connect(Path socket, QmpFaults faults)
      throws IOException, InterruptedException {
    return connect(socket, Duration.ofSeconds(3), faults);
  }

  static QmpClient connect(Path socket, Duration greetingTimeout, QmpFaults faults)
      throws IOException, InterruptedException {
    QmpClient client = new QmpClient(socket, open(socket, faults), faults);
    try {
      client.start("qmp-reader", client::readAll);
      client.start("qmp-writer", client::writeAll);
      client.awaitGreeting(greetingTimeout);
      client.execute("qmp_capabilities");
      return client;
    } catch (IOException | InterruptedException | RuntimeException e) {
      client.close();
      throw e;
    }
  }

  private static SocketChannel open(Path socket, QmpFaults faults) throws IOException {
    try {
      return QmpSocket.open(socket);
    } catch (IOException e) {
      faults.happened(QmpFaults.Kind.UNREACHABLE);
      throw e;
    }
  }

  /** QEMU's version, such as {@code 10.0.2}. */
  public String qemuVersion() {
    return qemuVersion;
  }

  /** Who is at the other end. */
  public QmpPeer peer() throws IOException {
    return QmpPeer.of(channel);
  }

  /** Where it is connected. */
  public Path socket() {
    return socket;
  }

  @Override
  public QmpObject execute(String command, Map<String, ?> arguments)
      throws IOException, InterruptedException {
    PendingReplies.Ticket ticket = replies.open(command);
    try {
      outgoing.add(message(command, arguments, ticket.id()));
      return await(
          ticket.reply(),
          REPLY_TIMEOUT,
          QmpFaults.Kind.UNANSWERED,
          () ->
              "QEMU did not answer '"
                  + command
                  + "' on "
                  + socket
                  + " within "
                  + REPLY_TIMEOUT.toSeconds()
                  + " s: is its process stopped, or its disk stuck?");
    } finally {
      replies.close(ticket);
    }
  }

  @Override
  public Subscription listen(Consumer<QmpEvent> listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  /** Whether a command still has a chance. */
  public boolean isOpen() {
    return !replies.isLost();
  }

  @Override
  public void close() throws IOException {
    fail(new IOException("the QMP connection to " + socket + " was closed by this process"));
    channel.close();
  }

  private void awaitGreeting(Duration timeout) throws IOException, InterruptedException {
    QmpObject first =
        await(
            greeting,
            timeout,
            QmpFaults.Kind.UNREACHABLE,
            () ->
                "no QMP greeting from "
                    + socket
                    + " within "
                    + timeout.toMillis()
                    + " ms: a QMP socket serves one client at a time and another client holds it"
                    + " (libvirt, a monitor, another agent?); end that client, or give QEMU a second -qmp socket");
    if (!first.has("QMP")) {
      faults.happened(QmpFaults.Kind.PROTOCOL);
      throw new QmpProtocolException(
          socket + " is not a QMP socket: no greeting but " + first.fields().keySet());
    }
    QmpObject version = first.object("QMP").object("version").object("qemu");
    qemuVersion =
        version.number("major") + "." + version.number("minor") + "." + version.number("micro");
  }

  private void readAll() {
    try {
      greeting.complete(wire.read());
      while (true) {
        dispatch(wire.read());
      }
    } catch (IOException | RuntimeException e) {
      if (e instanceof QmpProtocolException protocol) {
        fail(protocol, QmpFaults.Kind.PROTOCOL);
      } else {
        lost(e);
      }
    }
  }

  private void lost(Exception why) {
    fail(
        new IOException("lost the QMP connection to " + socket + ": " + why.getMessage(), why),
        QmpFaults.Kind.LOST);
  }

  private void dispatch(QmpObject message) throws IOException {
    if (message.has("event")) {
      QmpEvent event = QmpEvent.of(message);
      listeners.forEach(listener -> listener.accept(event));
      return;
    }
    replies.complete(message, faults);
  }

  private void writeAll() {
    try {
      while (isOpen()) {
        Map<String, ?> message = outgoing.poll(1, TimeUnit.SECONDS);
        if (message != null) {
          wire.write(message);
        }
      }
    } catch (IOException e) {
      lost(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody knows this thread to interrupt it", e);
    }
  }

  /** What follows from the first failure is none, and so it is when we have closed it ourselves. */
  private void fail(IOException cause, QmpFaults.Kind kind) {
    if (fail(cause)) {
      faults.happened(kind);
    }
  }

  private boolean fail(IOException cause) {
    boolean first = replies.fail(cause);
    greeting.completeExceptionally(cause);
    return first;
  }

  private void start(String name, Runnable loop) {
    Thread thread = new Thread(loop, name);
    thread.setDaemon(true);
    thread.start();
  }

  private static Map<String, ?> message(String command, Map<String, ?> arguments, String id) {
    Map<String, Object> message = new LinkedHashMap<>();
    message.put("execute", command);
    if (!arguments.isEmpty()) {
      message.put("arguments", arguments);
    }
    message.put("id", id);
    return message;
  }

  private <T> T await(
      CompletableFuture<T> future, Duration timeout, QmpFaults.Kind kind, Supplier<String> late)
      throws IOException, InterruptedException {
    try {
      return future.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      faults.happened(kind);
      throw new IOException(late.get(), e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof QmpException refused) {
        throw refused;
      }
      Throwable cause = Objects.requireNonNull(e.getCause());
      throw new IOException(cause.getMessage(), cause);
    }
  }
}
