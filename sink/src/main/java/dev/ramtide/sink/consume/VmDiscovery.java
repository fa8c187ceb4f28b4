package dev.ramtide.sink.consume;

import dev.ramtide.checkpoint.TopicIds;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.refusal.RefusedException;
import dev.ramtide.time.MonotonicClock;
import dev.ramtide.wire.VmTopics;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Which VMs have come and which have gone. One of which nothing is learned is asked about again
 * soon, later after up to half a minute, and keeps nobody else.
 *
 * <p>One owner thread; {@link #refusal} is for all.
 */
final class VmDiscovery implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(VmDiscovery.class);

  /** A broker that has just been started may not know of all topics yet. */
  private static final int LOOKS_UNTIL_GONE = 3;

  /** A partition without a leader has no end; Kafka's client would ask for it for a minute. */
  private static final Duration END_PATIENCE = Duration.ofSeconds(5);

  private final SinkClients.Cluster cluster;
  private final VmFilter filter;
  private final MissingVms missing;
  private final MonotonicClock clock;
  private final Map<VmId, Integer> missed = new HashMap<>();
  private final Map<VmId, Trouble> troubles = new ConcurrentHashMap<>();

  /** Why a VM that is there is not followed, and how long that is waited for. */
  private record Trouble(IOException reason, Patience patience) {}

  /**
   * A VM that is there.
   *
   * @param endRecordOffset of its checkpoints topic, exclusive
   */
  record Found(VmTopics topics, TopicIds ids, long endRecordOffset) {
    TopicPartition checkpoints() {
      return checkpointsOf(topics);
    }
  }

  VmDiscovery(SinkClients.Cluster cluster, VmFilter filter, MonotonicClock clock) {
    this.cluster = cluster;
    this.filter = filter;
    this.clock = clock;
    this.missing = new MissingVms(filter, cluster);
  }

  private static TopicPartition checkpointsOf(VmTopics topics) {
    return new TopicPartition(topics.checkpoints(), 0);
  }

  /** All topics that there are, with Kafka's ids of them. */
  Map<String, UUID> topics() throws IOException, InterruptedException {
    return cluster.topics();
  }

  /**
   * Of the followed VMs those whose topics are gone, or are other ones of the same name.
   *
   * @param topics that there are now; to be told with each look
   */
  List<VmFollow> gone(Map<String, UUID> topics, Collection<VmFollow> followed) {
    List<VmFollow> gone = new ArrayList<>();
    for (VmFollow vm : followed) {
      VmTopics names = new VmTopics(filter.topicPrefix(), vm.vm());
      if (isGone(names, topics) || isAnother(names, vm.topicIds(), topics)) {
        missed.remove(vm.vm());
        gone.add(vm);
      }
    }
    return gone;
  }

  private boolean isGone(VmTopics names, Map<String, UUID> topics) {
    if (topics.containsKey(names.checkpoints())) {
      missed.remove(names.vm());
      return false;
    }
    return missed.merge(names.vm(), 1, Integer::sum) >= LOOKS_UNTIL_GONE;
  }

  /** A topic that is not told of is one that is missed, not another one. */
  private static boolean isAnother(VmTopics names, TopicIds known, Map<String, UUID> topics) {
    return !topics.getOrDefault(names.pages(), known.pages()).equals(known.pages())
        || !topics
            .getOrDefault(names.checkpoints(), known.checkpoints())
            .equals(known.checkpoints());
  }

  /**
   * The VMs that have come. All are asked for at once: many without a leader take no longer than
   * one of them.
   *
   * @param topics that there are now
   * @param followed already
   * @throws IOException the cluster does not answer
   */
  List<Found> found(Set<String> topics, Set<VmId> followed)
      throws IOException, InterruptedException {
    List<VmTopics> there = filter.followed(topics);
    troubles.keySet().retainAll(there.stream().map(VmTopics::vm).collect(Collectors.toSet()));
    troubles.keySet().removeAll(followed);
    Map<VmTopics, TopicIds> looked = new LinkedHashMap<>();
    for (VmTopics vm : there) {
      Trouble trouble = troubles.get(vm.vm());
      boolean due = trouble == null || trouble.patience().isDue(clock.nanoTime());
      if (due && !followed.contains(vm.vm())) {
        topicIds(vm).ifPresent(ids -> looked.put(vm, ids));
      }
    }
    return looked.isEmpty() ? List.of() : withEnds(looked);
  }

  private Optional<TopicIds> topicIds(VmTopics vm) throws IOException, InterruptedException {
    try {
      return Optional.of(cluster.topicIds(vm));
    } catch (IOException e) {
      if (e.getCause() instanceof TimeoutException) {
        throw e; // Of a question that any broker answers: nobody does, whatever is asked next.
      }
      leaveOut(vm, e);
      return Optional.empty();
    }
  }

  private List<Found> withEnds(Map<VmTopics, TopicIds> looked) throws InterruptedException {
    Set<TopicPartition> all =
        looked.keySet().stream().map(VmDiscovery::checkpointsOf).collect(Collectors.toSet());
    SinkClients.Ends ends = cluster.ends(all, END_PATIENCE);
    List<Found> found = new ArrayList<>();
    looked.forEach(
        (vm, ids) -> {
          TopicPartition partition = checkpointsOf(vm);
          IOException unknown = ends.unknown().get(partition);
          if (unknown == null) {
            long end = Objects.requireNonNull(ends.recordOffsets().get(partition));
            found.add(new Found(vm, ids, end));
          } else {
            leaveOut(vm, unknown);
          }
        });
    return found;
  }

  /** The VM is there, and not followed: it is asked about again, and the others are followed. */
  void leaveOut(VmTopics vm, IOException reason) {
    Trouble before = troubles.get(vm.vm());
    Patience patience =
        before == null
            ? new Patience(Duration.ofSeconds(1), Duration.ofSeconds(30))
            : before.patience();
    patience.failed(clock.nanoTime());
    troubles.put(vm.vm(), new Trouble(reason, patience));
    String now = String.valueOf(reason.getMessage());
    if (before == null || !now.equals(String.valueOf(before.reason().getMessage()))) {
      tell(vm.vm(), reason);
    }
  }

  /** Only a right has to be granted by somebody: the rest may come by itself. */
  private static void tell(VmId vm, IOException reason) {
    boolean refused = reason instanceof RefusedException;
    LOG.atLevel(refused ? Level.ERROR : Level.WARN)
        .addKeyValue("vm", vm)
        .addKeyValue("reason", reason.getMessage())
        .log(
            refused
                ? "the VM cannot be followed before this is granted, any others go on"
                : "the VM cannot be followed yet, any others are; trying again");
  }

  /**
   * Says once which of the named VMs are not there.
   *
   * @throws RefusedException none of the named VMs may be seen
   */
  void tellMissing(Set<VmId> followed) throws IOException, InterruptedException {
    Set<VmId> there = new HashSet<>(followed);
    there.addAll(troubles.keySet());
    missing.tell(there);
  }

  /**
   * Returns when there is something to wait for: an agent, a leader, one VM of several.
   *
   * @throws IOException VMs were named, and none of them may be followed
   */
  void requireHope() throws IOException {
    List<Optional<IOException>> refusals = filter.vms().stream().map(this::refusal).toList();
    if (!refusals.isEmpty() && refusals.stream().allMatch(Optional::isPresent)) {
      throw refusals.get(0).orElseThrow();
    }
  }

  /** Why a VM that is there is not followed. */
  Optional<IOException> trouble(VmId vm) {
    return Optional.ofNullable(troubles.get(vm)).map(Trouble::reason);
  }

  /** Why a VM that was named may not be followed; empty when it is only not there yet. */
  Optional<IOException> refusal(VmId vm) {
    return trouble(vm).filter(RefusedException.class::isInstance).or(() -> missing.refusal(vm));
  }

  @Override
  public void close() {
    cluster.close();
  }
}
