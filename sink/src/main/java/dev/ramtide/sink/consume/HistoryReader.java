package dev.ramtide.sink.consume;

import dev.ramtide.refusal.Refusal;
import dev.ramtide.time.MonotonicClock;
import dev.ramtide.wire.VmTopics;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.KafkaException;

/** Reads a VM's history once, up to where the log ends now. */
public final class HistoryReader {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration POLL = Duration.ofMillis(50);

  private final SinkClients clients;
  private final MonotonicClock clock;

  public HistoryReader(SinkClients clients) {
    this(clients, MonotonicClock.SYSTEM);
  }

  public HistoryReader(SinkClients clients, MonotonicClock clock) {
    this.clients = clients;
    this.clock = clock;
  }

  /** One step of reading; returns how many records it took. */
  interface Step {
    int take() throws IOException, InterruptedException;
  }

  /**
   * Returns a VM that is the caller's to close, when no record of it is to be read any more.
   *
   * @throws IOException also when the VM has no topics, or a record cannot be read
   */
  public VmFollow read(VmTopics topics) throws IOException, InterruptedException {
    VmFilter filter = new VmFilter(topics.prefix(), List.of(topics.vm()));
    try (SinkClients.Cluster cluster = clients.cluster("history");
        CheckpointFollower follower =
            new CheckpointFollower(clients, filter, Integer.MAX_VALUE, clock)) {
      cluster.topicIds(topics); // A VM that nobody ever published is an error at once.
      return readToEnd(topics, follower);
    } catch (KafkaException e) {
      String failed = "reading " + topics.checkpoints() + " failed";
      throw Refusal.of(failed, e)
          .orElseGet(
              () -> new IOException(failed + ": " + Refusal.told(e) + ". " + isBrokerUp(), e));
    }
  }

  private VmFollow readToEnd(VmTopics topics, CheckpointFollower follower)
      throws IOException, InterruptedException {
    boolean read = false;
    try {
      VmFollow vm =
          readToEnd(
              topics, () -> follower.step(POLL), () -> follower.vm(topics.vm()), clock::nanoTime);
      read = true;
      return vm;
    } catch (NotReadException e) {
      throw follower.trouble(topics.vm()).orElse(e);
    } finally {
      if (!read) {
        follower.all().forEach(VmFollow::close);
      }
    }
  }

  /** No record came for a long time. */
  private static final class NotReadException extends IOException {
    private static final long serialVersionUID = 1L;

    NotReadException(String message) {
      super(message);
    }
  }

  /** As long as records come it is read on: a long history takes its time. */
  VmFollow readToEnd(
      VmTopics topics, Step step, Supplier<Optional<VmFollow>> vm, LongSupplier nanoTime)
      throws IOException, InterruptedException {
    long progressNanos = nanoTime.getAsLong();
    while (true) {
      int taken = step.take();
      Optional<VmFollow> follow = vm.get();
      Optional<IOException> failure = follow.flatMap(VmFollow::failure);
      if (failure.isPresent()) {
        throw failure.get(); // Of what was given up the end is never reached.
      }
      if (follow.isPresent() && follow.get().isCaughtUp()) {
        return follow.get();
      }
      long now = nanoTime.getAsLong();
      progressNanos = taken > 0 ? now : progressNanos;
      if (now - progressNanos > PATIENCE.toNanos()) {
        throw new NotReadException(
            topics.checkpoints()
                + " was not read to its end: no record came for "
                + PATIENCE.toSeconds()
                + " s. "
                + isBrokerUp());
      }
    }
  }

  private String isBrokerUp() {
    return "Is the broker at "
        + clients.bootstrapServers()
        + " up? ("
        + ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG
        + ")";
  }
}
