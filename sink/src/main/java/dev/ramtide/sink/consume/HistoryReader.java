package dev.ramtide.sink.consume;

import dev.ramtide.checkpoint.VmId;
import dev.ramtide.wire.VmTopics;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.KafkaException;

/** Reads a VM's history once, up to where the log ends now. */
public final class HistoryReader {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration POLL = Duration.ofMillis(50);

  private final ConsumerSettings settings;

  public HistoryReader(ConsumerSettings settings) {
    this.settings = settings;
  }

  /**
   * @throws IOException also when the VM has no topics, or a record cannot be read
   */
  public VmFollow read(VmTopics topics) throws IOException, InterruptedException {
    long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
    VmFilter filter = new VmFilter(topics.prefix(), List.of(topics.vm()));
    try (Admin admin = settings.admin();
        CheckpointFollower follower =
            new CheckpointFollower(settings.reader(), admin, filter, Integer.MAX_VALUE)) {
      ClusterCalls.topicIds(admin, topics); // A VM that nobody ever published is an error at once.
      while (!isRead(follower, topics.vm())) {
        follower.step(POLL);
        if (System.nanoTime() > deadlineNanos) {
          throw new IOException(
              topics.checkpoints()
                  + " was not read to its end within "
                  + PATIENCE.toSeconds()
                  + " s");
        }
      }
      VmFollow follow = follower.vm(topics.vm()).orElseThrow();
      Optional<IOException> failure = follow.failure();
      if (failure.isPresent()) {
        throw failure.get();
      }
      return follow;
    } catch (KafkaException e) {
      throw new IOException(
          "reading "
              + topics.checkpoints()
              + " failed: "
              + e.getMessage()
              + ". Is the broker at "
              + settings.bootstrapServers()
              + " up? ("
              + ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG
              + ")",
          e);
    }
  }

  private static boolean isRead(CheckpointFollower follower, VmId vm) {
    return follower.vm(vm).map(VmFollow::isCaughtUp).orElse(false);
  }
}
