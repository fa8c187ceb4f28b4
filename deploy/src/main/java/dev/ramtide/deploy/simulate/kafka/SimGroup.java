package dev.ramtide.deploy.simulate.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/**
 * A consumer group: who owns which partition. A member that was not heard of for long has lost its
 * own without knowing, and learns it when it asks again.
 */
public final class SimGroup {
  private static final long SESSION_NANOS = Duration.ofSeconds(10).toNanos();

  private final SimCluster cluster;
  private final Map<SimConsumer<?>, Long> heardNanos = new LinkedHashMap<>();
  private final Map<TopicPartition, SimConsumer<?>> owners = new HashMap<>();
  private final Map<TopicPartition, SimConsumer<?>> wanted = new LinkedHashMap<>();

  public SimGroup(SimCluster cluster) {
    this.cluster = cluster;
  }

  void join(SimConsumer<?> member) {
    heardNanos.put(member, member.process().nanoTime());
    for (TopicPartition partition : wanted.keySet()) {
      if (cluster.random().nextInt(heardNanos.size()) == 0) {
        wanted.put(partition, member);
      }
    }
  }

  void leave(SimConsumer<?> member) {
    heardNanos.remove(member);
    owners.values().removeIf(owner -> owner == member);
    wanted.values().removeIf(owner -> owner == member);
  }

  /** Who is to own what is drawn anew. */
  public void shuffle() {
    wanted.clear();
  }

  private void assign() {
    List<SimConsumer<?>> members = new ArrayList<>(heardNanos.keySet());
    for (TopicPartition partition : cluster.all()) {
      wanted.computeIfAbsent(
          partition, none -> members.get(cluster.random().nextInt(members.size())));
    }
  }

  /** A member asks, in its own thread: it gives up and gets what is due. */
  void polled(SimConsumer<?> member) {
    long now = member.process().nanoTime();
    expel(now);
    if (heardNanos.putIfAbsent(member, now) == null) {
      member.losePartitions(Set.copyOf(member.assignment())); // It was taken for dead.
    }
    heardNanos.put(member, now);
    assign();
    Set<TopicPartition> kept = new HashSet<>(member.assignment());
    if (kept.removeIf(partition -> wanted.get(partition) != member)) {
      member.rebalance(kept);
      owners.values().removeIf(owner -> owner == member);
      kept.forEach(partition -> owners.put(partition, member));
    }
    Set<TopicPartition> more = new HashSet<>(kept);
    wanted.forEach(
        (partition, owner) -> {
          if (owner == member && owners.putIfAbsent(partition, member) == null) {
            more.add(partition);
          }
        });
    if (more.size() > kept.size()) {
      member.rebalance(more);
    }
  }

  private void expel(long nowNanos) {
    List<SimConsumer<?>> silent = new ArrayList<>();
    heardNanos.forEach(
        (member, heard) -> {
          if (nowNanos - heard > SESSION_NANOS) {
            silent.add(member);
          }
        });
    silent.forEach(this::leave);
  }
}
