package dev.ramtide.producer.qmp;

import java.io.IOException;
import java.util.Map;
import java.util.function.Consumer;

/** Where a QEMU takes commands: a socket, or a simulated QEMU. */
public interface QmpCommands extends AutoCloseable {
  default QmpObject execute(String command) throws IOException, InterruptedException {
    return execute(command, Map.of());
  }

  /**
   * Runs one command and waits for its reply.
   *
   * @return the object that QEMU returned; a list comes as the field {@code list}, text as the
   *     field {@code text}, true or false as the field {@code flag}
   * @throws QmpException QEMU refused
   * @throws IOException the connection is lost, or no reply came in time
   * @throws InterruptedException the command may have run; the connection is whole
   */
  QmpObject execute(String command, Map<String, ?> arguments)
      throws IOException, InterruptedException;

  /**
   * Calls {@code listener} for every event from now on, in order with the replies: what happened
   * before a command was carried out is told before its reply is. The listener must hand over and
   * return, a command from there would wait for itself.
   *
   * @return ends the delivery when closed
   */
  Subscription listen(Consumer<QmpEvent> listener);

  @Override
  void close() throws IOException;

  /** Ends with {@link #close}. */
  @FunctionalInterface
  interface Subscription extends AutoCloseable {
    @Override
    void close();
  }

  /** Connects, when nobody else is connected. */
  @FunctionalInterface
  interface Opener {
    /**
     * @throws IOException nobody listens, or another client is served; the message says which
     */
    QmpCommands open() throws IOException, InterruptedException;
  }
}
