package dev.ramtide.producer.qmp;

import java.io.IOException;
import java.util.Map;

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

  @Override
  void close() throws IOException;

  /** Connects, when nobody else is connected. */
  @FunctionalInterface
  interface Opener {
    /**
     * @throws IOException nobody listens, or another client is served; the message says which
     */
    QmpCommands open() throws IOException, InterruptedException;
  }
}
