package dev.ramtide.producer.qmp;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Commands that wait for their reply, by id. Any thread. */
final class PendingReplies {
  private record Pending(String command, CompletableFuture<QmpObject> reply) {}

  private final Map<String, Pending> pending = new HashMap<>();
  private long lastId;
  private boolean lost;
  private IOException cause = new IOException();

  /** An id, and the promise of the reply that will carry it. */
  record Ticket(String id, CompletableFuture<QmpObject> reply) {}

  /**
   * @throws IOException the connection is lost already: no reply will come
   */
  synchronized Ticket open(String command) throws IOException {
    if (lost) {
      throw new IOException(cause.getMessage(), cause);
    }
    Ticket ticket = new Ticket(Long.toString(++lastId), new CompletableFuture<>());
    pending.put(ticket.id, new Pending(command, ticket.reply));
    return ticket;
  }

  /** The caller has its reply, or no longer waits for it. */
  synchronized void close(Ticket ticket) {
    pending.remove(ticket.id);
  }

  /**
   * Gives a message that is not an event to the caller that waits for it.
   *
   * @param faults is told of an error, also when nobody waits for it any more
   */
  void complete(QmpObject message, QmpFaults faults) throws QmpProtocolException {
    Optional<Pending> found = find(message);
    String command = found.map(Pending::command).orElse("a command that was given up");
    Optional<QmpException> refusal = Optional.empty();
    if (message.has("error")) {
      QmpObject error = message.object("error");
      refusal = Optional.of(new QmpException(error.text("class"), error.text("desc"), command));
      faults.happened(refusal.get().kind());
    }
    if (found.isEmpty()) {
      // The caller gave up waiting.
      return;
    }
    if (refusal.isPresent()) {
      found.get().reply.completeExceptionally(refusal.get());
    } else {
      found.get().reply.complete(QmpReply.of(message));
    }
  }

  /**
   * No reply will come any more, neither to those who wait nor to those who will ask. Only the
   * first cause counts.
   *
   * @return whether it is the first
   */
  synchronized boolean fail(IOException why) {
    if (lost) {
      return false;
    }
    lost = true;
    cause = why;
    pending.values().forEach(command -> command.reply.completeExceptionally(why));
    return true;
  }

  synchronized boolean isLost() {
    return lost;
  }

  private synchronized Optional<Pending> find(QmpObject message) throws QmpProtocolException {
    return message.has("id")
        ? Optional.ofNullable(pending.get(message.text("id")))
        : Optional.empty();
  }
}
