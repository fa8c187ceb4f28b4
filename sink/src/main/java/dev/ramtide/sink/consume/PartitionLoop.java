package dev.ramtide.sink.consume;

import dev.ramtide.checkpoint.VmId;
import dev.ramtide.refusal.Refusal;
import dev.ramtide.wire.VmTopics;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One member of the group: its consumer, the partitions that it owns, and their work, in one
 * thread. The conductor of the sink.
 *
 * <p>A VM that cannot go on is given up for a while with an error, its partitions are paused, the
 * other VMs go on. What hits the whole process (the broker's refusal) ends the loop.
 */
@SuppressWarnings("try") // A held lock is closed, and not looked at.
final class PartitionLoop implements Runnable, ConsumerRebalanceListener {
  private static final Logger LOG = LoggerFactory.getLogger(PartitionLoop.class);
  private static final Duration POLL = Duration.ofMillis(50);

  /**
   * Forcing often costs throughput (64 MiB: 625 MB/s applied, 256 MiB: 797), forcing seldom costs
   * redelivery after a crash; the disk works on meanwhile, see {@code ChannelFile}.
   */
  private static final long FORCE_EVERY_BYTES = 256L << 20;

  /** Some times the time within which an owner forces what it has written. */
  private static final Duration DOUBT_A_DIGEST = Duration.ofSeconds(5);

  private static final long FORCE_EVERY_NANOS = Duration.ofSeconds(1).toNanos();

  private final Consumer<byte[], ByteBuffer> consumer;
  private final MemberWork work;
  private final Map<TopicPartition, PartitionTask> tasks = new HashMap<>();
  private final Map<TopicPartition, SealDuty> duties = new HashMap<>();
  private final Set<TopicPartition> unplaced = new HashSet<>();
  private volatile boolean woken;
  private final LostTime lost;
  private long unforcedBytes;
  private long forcedAtNanos;

  PartitionLoop(Consumer<byte[], ByteBuffer> consumer, MemberWork work) {
    this.consumer = consumer;
    this.work = work;
    this.lost = new LostTime(work.site().clock());
    this.forcedAtNanos = work.site().clock().nanoTime();
  }

  @Override
  public void run() {
    try (consumer) {
      consumer.subscribe(work.filter().topicPattern(), this);
      try {
        while (!work.isStopping()) {
          turn();
        }
        forceAll();
      } finally {
        tasks.keySet().stream().toList().forEach(this::drop);
        duties.keySet().stream().toList().forEach(this::drop);
      }
    } catch (IOException e) {
      work.failProcess(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      String stopped = "the consumer stopped";
      work.failProcess(
          Refusal.of(stopped, e)
              .orElseGet(() -> new IOException(stopped + ": " + e.getMessage(), e)));
    } catch (Error e) { // Out of memory, say: a process that only looks alive helps nobody.
      work.failProcess(new IOException("the consumer stopped: " + e, e));
      throw e;
    }
  }

  /**
   * Ends the poll that the loop is in, or the next one, but never two in a row: where much happens
   * all the time nothing would be fetched. Any thread.
   */
  void wake() {
    if (!woken) {
      consumer.wakeup();
    }
  }

  private void turn() throws IOException, InterruptedException {
    try {
      displace();
      place();
      for (PartitionTask task : List.copyOf(tasks.values())) {
        guarded(task.follow(), task::prepare);
      }
      poll();
      for (SealDuty duty : List.copyOf(duties.values())) {
        if (!lost.isEnough()) {
          guarded(duty.follow(), () -> seal(duty));
        }
      }
    } catch (OffsetOutOfRangeException e) {
      for (Map.Entry<TopicPartition, Long> gap : e.offsetOutOfRangePartitions().entrySet()) {
        skipGap(gap.getKey(), gap.getValue());
      }
    } catch (TopicAuthorizationException e) {
      if (e.unauthorizedTopics().isEmpty()) {
        throw e; // Of the group's heartbeat, which names none: the member is none any more.
      }
      e.unauthorizedTopics().forEach(topic -> denied(topic, e));
    }
  }

  private void seal(SealDuty duty) throws IOException, InterruptedException {
    if (duty.step()) {
      work.wake(); // Without it a delta of a few pages is mostly waiting for polls.
    }
  }

  /** Kafka ends the poll for all of them; only this VM is left out of the next ones. */
  private void denied(String topic, TopicAuthorizationException why) {
    consumer.pause(consumer.assignment().stream().filter(p -> p.topic().equals(topic)).toList());
    VmTopics.parse(topic)
        .flatMap(topics -> work.vm(topics.vm()))
        .ifPresent(vm -> refused(vm, "reading " + topic, why));
  }

  private void refused(VmFollow vm, String doing, AuthorizationException why) {
    Refusal.of(doing, why).ifPresent(reason -> work.failVm(vm, reason));
    letGo(vm);
  }

  private void poll() throws IOException, InterruptedException {
    // After this is cleared all is looked at once more before a poll waits, so a wake that was
    // ignored until then is not missed.
    boolean waits = !woken;
    try {
      ConsumerRecords<byte[], ByteBuffer> records = consumer.poll(waits ? POLL : Duration.ZERO);
      woken = false;
      lost.polled();
      deliver(records);
      force(waits && records.isEmpty());
    } catch (WakeupException e) {
      woken = true;
      lost.polled();
      force(false);
    }
  }

  private void deliver(ConsumerRecords<byte[], ByteBuffer> records)
      throws IOException, InterruptedException {
    for (TopicPartition partition : records.partitions()) {
      PartitionTask task = tasks.get(partition);
      List<PageRecord> pages = new ArrayList<>();
      records
          .records(partition)
          .forEach(
              r -> {
                PageRecord page = PageRecord.of(r);
                pages.add(page);
                unforcedBytes += page.value().remaining();
              });
      if (task != null && lost.isEnough()) {
        consumer.seek(partition, pages.get(0).recordOffset()); // To be fetched again.
      } else if (task != null) {
        guarded(task.follow(), () -> task.deliver(pages));
      }
    }
  }

  /**
   * Forces what is due.
   *
   * @param quiet whether nothing came for a while: all then
   */
  private void force(boolean quiet) throws IOException, InterruptedException {
    boolean due =
        unforcedBytes >= FORCE_EVERY_BYTES
            || work.site().clock().nanoTime() - forcedAtNanos >= FORCE_EVERY_NANOS;
    for (PartitionTask task : tasks.values()) {
      guarded(
          task.follow(),
          () -> {
            boolean atGate = task.isAtGateUnforced();
            if (due || quiet || atGate) {
              task.force();
            }
            if (atGate) {
              work.wake(); // Whoever seals may have waited for this.
            }
          });
    }
    if (due) {
      unforcedBytes = 0;
      forcedAtNanos = work.site().clock().nanoTime();
    }
  }

  /**
   * Runs a step unless its VM was given up. A step that fails gives it up, for all members; one
   * that Kafka kept from its end is tried again with the next turn.
   */
  private void guarded(VmFollow vm, LostTime.Step step) throws IOException, InterruptedException {
    if (!vm.tryAgain(work.site().clock().nanoTime())) {
      // Perhaps by another member, and after this one had polled: what was delivered meanwhile is
      // dropped here, so each task has to begin again from what its state says.
      letGo(vm);
      return;
    }
    try {
      lost.run(step);
    } catch (WakeupException e) {
      wake(); // It was in the middle of a question: that is asked again, and then the loop looks.
    } catch (RetriableException e) {
      LOG.atWarn()
          .addKeyValue("vm", vm.vm())
          .addKeyValue("reason", e.getMessage())
          .log("Kafka does not answer, trying again");
    } catch (AuthorizationException e) {
      refused(vm, "reading the topics of " + vm.vm(), e);
    } catch (IOException e) {
      work.failVm(vm, e);
      letGo(vm);
    }
  }

  /** The next try begins from what is on disk, and others may have the locks until then. */
  private void letGo(VmFollow vm) {
    pauseAll(vm);
    Stream.concat(
            tasks.values().stream().filter(task -> task.follow() == vm),
            duties.values().stream().filter(duty -> duty.follow() == vm))
        .forEach(PartitionLoop::letGo);
  }

  private static void letGo(Closeable files) {
    try {
      files.close();
    } catch (IOException e) {
      LOG.debug("files of a VM that was given up anyway", e);
    }
  }

  private void pauseAll(VmFollow vm) {
    tasks.values().stream().filter(task -> task.follow() == vm).forEach(PartitionTask::pause);
  }

  /** Prune may have been here while this site was away; retention and a cut log are no prune. */
  private void skipGap(TopicPartition partition, long recordOffset)
      throws IOException, InterruptedException {
    PartitionTask task = tasks.get(partition);
    if (task == null) {
      return;
    }
    guarded(
        task.follow(),
        () -> {
          if (!task.skipToKeyframe()) {
            throw new IOException(
                partition.topic()
                    + ", partition "
                    + partition.partition()
                    + ": record offset "
                    + recordOffset
                    + " is not in the log, and no later keyframe covers the gap (the log was cut, or"
                    + " retention took it). Remove the image's directory: the sink then fills a new one"
                    + " from the newest keyframe");
          }
        });
    if (task.follow().failure().isPresent()) {
      letGo(task.follow()); // Whoever goes on from here later must not believe the place below.
      // A paused partition is not fetched; without a valid place poll would fail again.
      consumer.seek(partition, 0);
    }
  }

  @Override
  public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
    // Paused from the start, and at a place that exists: an offset reset is an error here, and the
    // true place is in the
    // state file, which needs the partition's lock first.
    consumer.pause(partitions);
    for (TopicPartition partition : partitions) {
      consumer.seek(partition, 0);
      unplaced.add(partition);
    }
  }

  /** A VM whose topics were gone and are back is another one to the follower. */
  private void displace() {
    Set<TopicPartition> over = new HashSet<>();
    tasks.forEach((partition, task) -> over.addAll(ifOver(partition, task.follow())));
    duties.forEach((partition, duty) -> over.addAll(ifOver(partition, duty.follow())));
    over.forEach(this::drop);
    if (!over.isEmpty()) {
      onPartitionsAssigned(over);
    }
  }

  private Set<TopicPartition> ifOver(TopicPartition partition, VmFollow known) {
    return work.vm(known.vm()).filter(now -> now != known).isPresent()
        ? Set.of(partition)
        : Set.of();
  }

  /** Makes tasks and duties of the partitions whose VM the follower has found by now. */
  private void place() {
    for (TopicPartition partition : List.copyOf(unplaced)) {
      Optional<VmTopics> topics = VmTopics.parse(partition.topic());
      Optional<VmFollow> vm = topics.map(VmTopics::vm).flatMap((VmId id) -> work.vm(id));
      if (vm.isPresent() && partition.topic().equals(topics.get().pages())) {
        ConsumerFeed feed = new ConsumerFeed(consumer, partition);
        tasks.put(partition, new PartitionTask(vm.get(), partition.partition(), work.site(), feed));
        unplaced.remove(partition);
      } else if (vm.isPresent()) {
        duties.put(
            partition,
            new SealDuty(
                vm.get(),
                work.site(),
                work.deviceStates(),
                work.listener(),
                work.kept(),
                new Doubt(DOUBT_A_DIGEST, work.site().clock())));
        unplaced.remove(partition);
      }
    }
  }

  @Override
  public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
    try {
      forceAll();
    } catch (IOException | InterruptedException e) {
      LOG.atWarn()
          .addKeyValue("reason", e.getMessage())
          .log("not forced before handing over: will be redelivered");
    }
    partitions.forEach(this::drop);
  }

  @Override
  public void onPartitionsLost(Collection<TopicPartition> partitions) {
    partitions.forEach(this::drop);
  }

  private void forceAll() throws IOException, InterruptedException {
    for (PartitionTask task : tasks.values()) {
      guarded(task.follow(), task::force);
    }
  }

  private void drop(TopicPartition partition) {
    unplaced.remove(partition);
    try (PartitionTask task = tasks.remove(partition);
        SealDuty duty = duties.remove(partition)) {
      LOG.atDebug().addKeyValue("partition", partition).log("handed over");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
