package dev.ramtide.producer.qmp;

import dev.ramtide.fuzz.FuzzTarget;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What a QMP socket says: each line is taken as a greeting, an event or a reply, as the client
 * takes it, and asked for all that Ramtide asks of a reply.
 */
public final class QmpFuzz implements FuzzTarget {
  private static final String GREETING =
      "{\"QMP\": {\"version\": {\"qemu\": {\"micro\": 2, \"minor\": 0, \"major\": 10},"
          + " \"package\": \"\"}, \"capabilities\": [\"oob\"]}}\n";
  private static final String EVENT =
      "{\"timestamp\": {\"seconds\": 1764000000, \"microseconds\": 9}, \"event\": \"STOP\"}\n";

  @Override
  public List<byte[]> seeds() {
    return List.of(
        bytes(GREETING + "{\"return\": {}, \"id\": \"1\"}\n" + EVENT),
        bytes("{\"return\": {\"status\": \"active\", \"downtime\": 12}, \"id\": \"1\"}\n"),
        bytes("{\"return\": {\"status\": \"failed\", \"error-desc\": \"x\"}, \"id\": \"1\"}\n"),
        bytes("{\"return\": [{\"capability\": \"xbzrle\", \"state\": false}], \"id\": \"1\"}\n"),
        bytes("{\"return\": true, \"id\": \"1\"}\n{\"return\": \"x\", \"id\": \"2\"}\n"),
        bytes("{\"error\": {\"class\": \"GenericError\", \"desc\": \"no\"}, \"id\": \"1\"}\n"),
        bytes(
            "{\"event\": \"MIGRATION\", \"data\": {\"status\": \"setup\"},"
                + " \"timestamp\": {\"seconds\": -1, \"microseconds\": -1}}\n"));
  }

  private static byte[] bytes(String lines) {
    return lines.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public List<Class<? extends IOException>> refusals() {
    return List.of(QmpProtocolException.class, IOException.class); // The latter: closed.
  }

  /** An empty object takes two bytes of a line and an entry in a list and a map of the heap. */
  @Override
  public long mostHeapBytes(int inputBytes) {
    return 512 * 1024 + 256L * inputBytes;
  }

  @Override
  public void decode(byte[] input) throws IOException {
    QmpWire wire = new QmpWire(new SaidAlready(ByteBuffer.wrap(input)));
    PendingReplies replies = new PendingReplies();
    while (true) {
      QmpObject message = wire.read();
      if (message.has("event")) {
        QmpEvent.of(message);
      } else if (message.has("QMP")) {
        message.object("QMP").object("version").object("qemu").number("major");
      } else {
        PendingReplies.Ticket ticket = replies.open("query-something");
        replies.complete(message, new QmpFaults());
        if (ticket.reply().isDone() && !ticket.reply().isCompletedExceptionally()) {
          ask(ticket.reply().join());
        }
      }
    }
  }

  private static void ask(QmpObject reply) throws QmpProtocolException {
    MigrationState.of(reply);
    if (reply.has("list")) {
      for (QmpObject entry : reply.objects("list")) {
        entry.text("capability");
        entry.flag("state");
      }
    }
  }

  /** All that a socket will ever say; it takes nothing. */
  private record SaidAlready(ByteBuffer said) implements ByteChannel {
    @Override
    public int read(ByteBuffer into) {
      if (!said.hasRemaining()) {
        return -1;
      }
      int count = Math.min(into.remaining(), said.remaining());
      into.put(said.slice(said.position(), count));
      said.position(said.position() + count);
      return count;
    }

    @Override
    public int write(ByteBuffer from) {
      throw new AssertionError("nobody was to be told anything");
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public void close() {}
  }
}
