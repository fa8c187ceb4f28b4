package dev.ramtide.sink.consume;

import dev.ramtide.checkpoint.PartitionCut;
import dev.ramtide.wire.VmTopics;
import java.io.Closeable;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/**
 * Cuts the beginning off a VM's log.
 *
 * <pre>
 *   1. checkpoints topic, up to the start that was said before the keyframe
 *   2. pages topic, each partition up to where the keyframe begins
 * </pre>
 *
 * In this order: what the history says can be restored, can. A crash between the two leaves pages
 * that nobody asks for, and the next prune takes them away.
 */
public final class LogPruner implements Closeable {
  private final SinkClients.Cluster cluster;
  private final VmTopics topics;

  /** Records that are deleted, or would be. */
  public record Deletion(long checkpointRecords, long pageRecords) {
    public long records() {
      return checkpointRecords + pageRecords;
    }
  }

  public LogPruner(SinkClients clients, VmTopics topics) {
    this.cluster = clients.cluster("prune");
    this.topics = topics;
  }

  /**
   * To be asked first: where only one of the two topics may be cut, none should be.
   *
   * @throws IOException a right is missing; the message says which
   */
  public void requireRights() throws IOException, InterruptedException {
    cluster.requireDeletable(topics);
  }

  /** What {@link #prune} would delete now. */
  public Deletion look(PrunePlan plan) throws IOException, InterruptedException {
    return new Deletion(surplus(checkpointCuts(plan)), surplus(pageCuts(plan)));
  }

  /** Returns when all of it is gone. Can be repeated. */
  public Deletion prune(PrunePlan plan) throws IOException, InterruptedException {
    Deletion deletion = look(plan);
    // The history first: with the pages gone before, it would promise what cannot be had.
    cluster.deleteBefore(checkpointCuts(plan), topics.vm());
    cluster.deleteBefore(pageCuts(plan), topics.vm());
    return deletion;
  }

  private Map<TopicPartition, Long> checkpointCuts(PrunePlan plan) {
    return Map.of(new TopicPartition(topics.checkpoints(), 0), plan.keyframe().startRecordOffset());
  }

  private Map<TopicPartition, Long> pageCuts(PrunePlan plan) {
    Map<TopicPartition, Long> cuts = new HashMap<>();
    List<PartitionCut> partitions = plan.keyframe().manifest().partitions();
    for (int partition = 0; partition < partitions.size(); partition++) {
      cuts.put(
          new TopicPartition(topics.pages(), partition),
          partitions.get(partition).startRecordOffset());
    }
    return cuts;
  }

  private long surplus(Map<TopicPartition, Long> cuts) throws IOException, InterruptedException {
    return cluster.beginnings(cuts.keySet()).entrySet().stream()
        .mapToLong(begin -> Math.max(0, cuts.getOrDefault(begin.getKey(), 0L) - begin.getValue()))
        .sum();
  }

  @Override
  public void close() {
    cluster.close();
  }
}
