package dev.ramtide.sink.consume;

import dev.ramtide.checkpoint.CheckpointHistory;
import dev.ramtide.checkpoint.RecordPlace;
import dev.ramtide.checkpoint.RefusedRecordException;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.encryption.MissingKeyException;
import dev.ramtide.refusal.Refusal;
import dev.ramtide.registry.RegistryException;
import dev.ramtide.time.MonotonicClock;
import dev.ramtide.wire.UnreadRecords;
import dev.ramtide.wire.VmTopics;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the checkpoints topics of all VMs that a process follows, outside of any group: every
 * member needs every manifest, whoever owns the partition.
 *
 * <p>{@link #step} belongs to one thread; {@link #vm} is for all.
 */
final class CheckpointFollower implements Closeable {
  private static final Duration DISCOVER_EVERY = Duration.ofSeconds(2);

  private static final Logger LOG = LoggerFactory.getLogger(CheckpointFollower.class);

  private final Consumer<byte[], ByteBuffer> consumer;
  private final SinkClients clients;
  private final VmDiscovery discovery;
  private final Map<VmId, VmFollow> vms = new ConcurrentHashMap<>();
  private final Map<VmId, IOException> left = new ConcurrentHashMap<>();
  private final Map<TopicPartition, VmFollow> assigned = new HashMap<>();
  private final Map<TopicPartition, Long> catchUpTo = new HashMap<>();
  private final Set<TopicPartition> stalled = new HashSet<>();
  private final int mostCheckpoints;
  private SinkListener listener = SinkListener.NONE;
  private boolean everFollowed;
  private final MonotonicClock clock;
  private long nextDiscoveryNanos;

  /**
   * @param clients of which it takes a reader and the cluster
   * @param mostCheckpoints of a VM that are kept in memory
   */
  CheckpointFollower(
      SinkClients clients, VmFilter filter, int mostCheckpoints, MonotonicClock clock) {
    this.consumer = clients.reader("follower");
    this.clients = clients;
    this.discovery = new VmDiscovery(clients.cluster("follower"), filter, clock);
    this.mostCheckpoints = mostCheckpoints;
    this.clock = clock;
    this.nextDiscoveryNanos = clock.nanoTime();
  }

  /** Who is told of what happens to the VMs; to be said before the first step. */
  void tell(SinkListener told) {
    listener = new CarefulListener(told);
  }

  /** What is known of a VM, once its topics were found. */
  Optional<VmFollow> vm(VmId vm) {
    return Optional.ofNullable(vms.get(vm));
  }

  /** Why nothing is done for a VM now: it was given up, or its topics are gone. */
  Optional<IOException> failure(VmId vm) {
    return vm(vm).map(VmFollow::failure).orElseGet(() -> Optional.ofNullable(left.get(vm)));
  }

  List<VmFollow> all() {
    return new ArrayList<>(vms.values());
  }

  /**
   * Takes what is there, or waits for it a moment.
   *
   * @return records taken
   */
  int step(Duration timeout) throws IOException, InterruptedException {
    if (clock.nanoTime() - nextDiscoveryNanos >= 0) {
      discoverOrCope();
      nextDiscoveryNanos = clock.nanoTime() + DISCOVER_EVERY.toNanos();
    }
    if (assigned.isEmpty()) {
      clock.sleep(timeout);
      return 0;
    }
    stalled.removeIf(this::resumes);
    try {
      int taken = take(timeout);
      catchUpTo.entrySet().removeIf(end -> !stalled.contains(end.getKey()) && isCaughtUp(end));
      return taken;
    } catch (TopicAuthorizationException e) {
      e.unauthorizedTopics().forEach(topic -> leaveOut(new TopicPartition(topic, 0), e));
      return 0;
    } catch (RetriableException e) {
      LOG.atWarn().addKeyValue("reason", e.getMessage()).log("Kafka does not answer, trying again");
      return 0;
    }
  }

  private LogReading reading(VmTopics vm) throws IOException {
    return new LogReading(clients.codec(vm), clients.skipped(), clients.keys());
  }

  /**
   * A VM that may not be read is no reason not to read the others: it is not fetched for a while.
   */
  private void leaveOut(TopicPartition partition, TopicAuthorizationException why) {
    VmFollow vm = assigned.get(partition);
    if (vm != null && stalled.add(partition)) {
      consumer.pause(List.of(partition));
      Refusal.of("reading " + partition.topic(), why)
          .ifPresent(reason -> vm.giveUpForAWhile(reason, clock.nanoTime()));
    }
  }

  private int take(Duration timeout) {
    int taken = 0;
    try {
      for (ConsumerRecord<byte[], ByteBuffer> record : consumer.poll(timeout)) {
        accept(record);
        taken++;
      }
    } catch (OffsetOutOfRangeException e) {
      e.offsetOutOfRangePartitions().forEach(this::skipOrGiveUp);
    }
    return taken;
  }

  private void accept(ConsumerRecord<byte[], ByteBuffer> record) {
    VmFollow vm = follow(new TopicPartition(record.topic(), record.partition()));
    if (vm.isLost() || stalled.contains(new TopicPartition(record.topic(), record.partition()))) {
      return;
    }
    RecordPlace place = new RecordPlace(record.topic(), record.partition(), record.offset());
    try {
      vm.accept(record.offset(), vm.codec().decodeCheckpoint(PageRecord.valueOf(record)));
      vm.skipped().taken(place).ifPresent(told -> warn(place, told));
    } catch (MissingKeyException e) {
      passOverOrStall(vm, place, e);
    } catch (RegistryException e) {
      passOverOrStall(vm, place, e);
    } catch (IOException e) {
      passOverOrLose(vm, place, e);
    }
  }

  /**
   * Read on it would be believed unread: the history stands before it until the key is there, or
   * the registry tells its schema. Other VMs have other keys and schemas, and go on.
   */
  private void passOverOrStall(VmFollow vm, RecordPlace place, MissingKeyException why) {
    try {
      warn(place, vm.skipped().passOver(place, why));
    } catch (RefusedRecordException named) {
      stall(vm, place, new IOException(place.inWords() + ": " + why.getMessage(), why));
    }
  }

  private void passOverOrStall(VmFollow vm, RecordPlace place, RegistryException why) {
    try {
      warn(place, UnreadRecords.passOver(vm.skipped(), place, why));
    } catch (IOException unread) {
      stall(vm, place, unread);
    }
  }

  private void stall(VmFollow vm, RecordPlace place, IOException reason) {
    TopicPartition partition = new TopicPartition(place.topic(), place.partition());
    stalled.add(partition);
    consumer.seek(partition, place.recordOffset());
    consumer.pause(List.of(partition));
    vm.giveUpForAWhile(reason, clock.nanoTime());
  }

  private boolean resumes(TopicPartition partition) {
    VmFollow vm = assigned.get(partition);
    if (vm == null) {
      return true; // Its topics are gone.
    } else if (!vm.tryAgain(clock.nanoTime())) {
      return false;
    }
    consumer.resume(List.of(partition));
    return true;
  }

  private static void passOverOrLose(VmFollow vm, RecordPlace place, IOException why) {
    try {
      warn(place, vm.skipped().passOver(place, why));
    } catch (RefusedRecordException e) {
      lose(vm, e);
    }
  }

  private static void warn(RecordPlace place, String told) {
    LOG.atWarn().addKeyValue("record", place).log(told);
  }

  /** What prune leaves begins with the start before a keyframe, so it can be read from there. */
  private void skipOrGiveUp(TopicPartition partition, long recordOffset) {
    long beginning =
        Objects.requireNonNull(consumer.beginningOffsets(List.of(partition)).get(partition));
    if (recordOffset < beginning) {
      consumer.seek(partition, beginning);
    } else {
      giveUp(partition);
    }
  }

  /** Only this VM: the others' topics are as they were. */
  private void giveUp(TopicPartition partition) {
    lose(
        follow(partition),
        new IOException(
            partition.topic()
                + ": the records that come next are not there: the topic was deleted and created"
                + " again, or its end was cut off. Start the sink again"));
    catchUpTo.remove(partition);
    consumer.pause(List.of(partition));
    consumer.seek(partition, 0); // Paused it is not fetched; at no valid place poll fails again.
  }

  private static void lose(VmFollow vm, IOException reason) {
    vm.listener().givenUp(vm.vm());
    LOG.atError()
        .addKeyValue("vm", vm.vm())
        .addKeyValue("reason", reason.getMessage())
        .log("the VM is given up by this process, others go on");
    vm.lose(reason);
  }

  private void follow(VmFollow vm) {
    vm.tell(listener);
    vms.put(vm.vm(), vm);
    left.remove(vm.vm());
    listener.found(vm);
  }

  private VmFollow follow(TopicPartition partition) {
    return Objects.requireNonNull(assigned.get(partition), partition::toString);
  }

  private boolean isCaughtUp(Map.Entry<TopicPartition, Long> end) {
    boolean reached = consumer.position(end.getKey()) >= end.getValue();
    if (reached) {
      follow(end.getKey()).caughtUp();
    }
    return reached;
  }

  /** Once there is something to follow, a broker that is away for a while is nothing to die of. */
  private void discoverOrCope() throws IOException, InterruptedException {
    try {
      discover();
    } catch (IOException | RetriableException | TopicAuthorizationException e) {
      if (!everFollowed) {
        throw e;
      }
      LOG.atWarn()
          .addKeyValue("reason", e.getMessage())
          .log("looking for new VMs failed, trying again");
    }
  }

  private void discover() throws IOException, InterruptedException {
    Map<String, UUID> topics = discovery.topics();
    for (VmFollow vm : discovery.gone(topics, all())) {
      leave(vm, topics);
    }
    List<VmDiscovery.Found> found = discovery.found(topics.keySet(), vms.keySet());
    if (!found.isEmpty()) {
      begin(found);
    }
    discovery.tellMissing(vms.keySet());
    if (!everFollowed) {
      discovery.requireHope();
    }
  }

  private void begin(List<VmDiscovery.Found> found) throws IOException {
    Map<TopicPartition, VmFollow> begun = new HashMap<>();
    int failed = 0;
    for (VmDiscovery.Found vm : found) {
      try {
        begun.put(vm.checkpoints(), follow(vm));
        catchUpTo.put(vm.checkpoints(), vm.endRecordOffset());
      } catch (IOException e) {
        if (!everFollowed && begun.isEmpty() && found.size() == 1 + failed) {
          throw e; // Of none its records can be read: somebody has to change what is configured.
        }
        failed++;
        discovery.leaveOut(vm.topics(), e);
      }
    }
    if (begun.isEmpty()) {
      return; // Kafka takes a seek of none for one of all: each would be read once more.
    }
    everFollowed = true;
    assigned.putAll(begun);
    consumer.assign(assigned.keySet());
    consumer.seekToBeginning(begun.keySet());
    begun.values().forEach(this::follow);
  }

  private VmFollow follow(VmDiscovery.Found vm) throws IOException {
    VmTopics topics = vm.topics();
    CheckpointHistory history = new CheckpointHistory(mostCheckpoints);
    return new VmFollow(topics.vm(), vm.ids(), history, reading(topics));
  }

  /** Under the same name there may come another VM, which is followed as one that is new. */
  private void leave(VmFollow gone, Map<String, UUID> topics) {
    // Not known any more before it is lost: a process all of whose known VMs are lost ends.
    vms.remove(gone.vm());
    gone.lose(
        new IOException("the topics of " + gone.vm() + " are gone: no checkpoint of it can come"));
    TopicPartition partition = partitionOf(gone);
    assigned.remove(partition);
    catchUpTo.remove(partition);
    consumer.assign(assigned.keySet());
    LOG.atWarn()
        .addKeyValue("vm", gone.vm())
        .log(
            "the VM's topics are gone, or this user may not see them any more (Describe); it is not followed"
                + " any more; its image stays as it is");
    listener.gone(gone.vm());
    if (!topics.containsKey(partition.topic())) {
      gone.failure().ifPresent(why -> left.put(gone.vm(), why));
    }
    gone.close();
  }

  private TopicPartition partitionOf(VmFollow vm) {
    return assigned.entrySet().stream()
        .filter(one -> one.getValue() == vm)
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseThrow();
  }

  /** Why a VM that is there is not followed yet. */
  Optional<IOException> trouble(VmId vm) {
    return discovery.trouble(vm);
  }

  /** Why nothing is known of a VM that was named; empty when it is only not there yet. */
  Optional<IOException> refusal(VmId vm) {
    return vms.containsKey(vm) ? Optional.empty() : discovery.refusal(vm);
  }

  @Override
  public void close() {
    SinkClients.close(consumer);
    discovery.close();
  }
}
