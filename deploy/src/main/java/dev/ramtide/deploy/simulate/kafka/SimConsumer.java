package dev.ramtide.deploy.simulate.kafka;

import dev.ramtide.deploy.simulate.schedule.SimProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetCommitCallback;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;

/**
 * Kafka's own mock, which keeps assignment and positions, over a simulated log.
 *
 * @param <V> how values come
 */
final class SimConsumer<V> extends MockConsumer<byte[], V> {
  private static final int LATEST = 12;
  private static final int WAKES_ONE_IN = 12;

  private final SimCluster cluster;
  private final SimProcess process;
  private final Function<byte[], V> values;
  private final @Nullable SimGroup group;
  private boolean woken;

  /**
   * @param group nothing for one that is told what to read
   */
  SimConsumer(
      SimCluster cluster,
      SimProcess process,
      Function<byte[], V> values,
      @Nullable SimGroup group) {
    super("none");
    this.cluster = cluster;
    this.process = process;
    this.values = values;
    this.group = group;
  }

  SimProcess process() {
    return process;
  }

  @Override
  public ConsumerRecords<byte[], V> poll(Duration timeout) {
    process.sleep(Duration.ZERO);
    if (woken) {
      woken = false;
      throw new WakeupException();
    }
    if (group != null) {
      group.polled(this);
    }
    Map<TopicPartition, List<ConsumerRecord<byte[], V>>> found = take();
    if (found.isEmpty()) {
      // It may come back late, and where nothing happens that saves many turns.
      process.sleep(timeout.multipliedBy(1 + cluster.random().nextInt(LATEST)));
    }
    return new ConsumerRecords<>(found, Map.of());
  }

  private Map<TopicPartition, List<ConsumerRecord<byte[], V>>> take() {
    Map<TopicPartition, Long> outOfRange = new HashMap<>();
    Map<TopicPartition, List<ConsumerRecord<byte[], V>>> found = new LinkedHashMap<>();
    for (TopicPartition place : sorted(assignment())) {
      SimPartition partition = cluster.partition(place);
      if (paused().contains(place)) {
        continue;
      }
      long from = position(place);
      if (from < partition.beginRecordOffset() || from > partition.endRecordOffset()) {
        outOfRange.put(place, from);
      } else if (from < partition.endRecordOffset() && cluster.random().nextInt(4) > 0) {
        found.put(place, records(place, from));
      }
    }
    if (!outOfRange.isEmpty()) {
      throw new OffsetOutOfRangeException(outOfRange);
    }
    found.forEach((place, some) -> seek(place, some.get(some.size() - 1).offset() + 1));
    return found;
  }

  private List<ConsumerRecord<byte[], V>> records(TopicPartition place, long from) {
    SimPartition partition = cluster.partition(place);
    long end = Math.min(partition.endRecordOffset(), from + 1 + cluster.random().nextInt(8));
    List<ConsumerRecord<byte[], V>> some = new ArrayList<>();
    for (long at = from; at < end; at++) {
      V value = values.apply(partition.value(at));
      some.add(new ConsumerRecord<>(place.topic(), place.partition(), at, new byte[0], value));
    }
    return some;
  }

  private static List<TopicPartition> sorted(Collection<TopicPartition> places) {
    return places.stream().sorted((a, b) -> a.toString().compareTo(b.toString())).toList();
  }

  @Override
  public synchronized void subscribe(Pattern pattern, ConsumerRebalanceListener listener) {
    super.subscribe(pattern, listener);
    if (group != null) {
      group.join(this);
    }
  }

  @Override
  public synchronized void seekToBeginning(Collection<TopicPartition> places) {
    places.forEach(place -> seek(place, cluster.partition(place).beginRecordOffset()));
  }

  @Override
  public synchronized Map<TopicPartition, Long> beginningOffsets(
      Collection<TopicPartition> places) {
    Map<TopicPartition, Long> offsets = new HashMap<>();
    places.forEach(place -> offsets.put(place, cluster.partition(place).beginRecordOffset()));
    return offsets;
  }

  @Override
  public synchronized Map<TopicPartition, Long> endOffsets(Collection<TopicPartition> places) {
    Map<TopicPartition, Long> offsets = new HashMap<>();
    places.forEach(place -> offsets.put(place, cluster.partition(place).endRecordOffset()));
    return offsets;
  }

  @Override
  public synchronized void commitAsync(
      Map<TopicPartition, OffsetAndMetadata> offsets, @Nullable OffsetCommitCallback callback) {
    process.act();
  }

  /** Often it comes too late to change anything: nothing may rest on it. */
  @Override
  public void wakeup() {
    woken |= cluster.random().nextInt(WAKES_ONE_IN) == 0;
  }

  @Override
  public void close() {
    if (group != null) {
      group.leave(this);
    }
  }
}
