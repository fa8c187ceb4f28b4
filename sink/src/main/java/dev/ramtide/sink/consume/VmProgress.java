package dev.ramtide.sink.consume;

import dev.ramtide.checkpoint.PartitionCut;
import dev.ramtide.checkpoint.RecordedCheckpoint;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Which partitions of one VM this process owns now, and how far each is. For those who watch:
 * nothing of the protocol depends on it.
 *
 * <p>Thread-safe: each partition's owner writes its own.
 */
public final class VmProgress {
  private final Map<Integer, Long> nextRecordOffsets = new ConcurrentHashMap<>();
  private final Set<Integer> waiting = ConcurrentHashMap.newKeySet();

  private final AtomicLong sealed = new AtomicLong();
  private volatile @Nullable RecordedCheckpoint recoveryPoint;

  VmProgress() {}

  /** The partition is ours; everything before that record is applied. */
  void isAt(int partition, long nextRecordOffset) {
    waiting.remove(partition);
    nextRecordOffsets.put(partition, nextRecordOffset);
  }

  /** The partition is assigned to us, and a former owner still has its lock. */
  void waitsForLock(int partition) {
    waiting.add(partition);
  }

  /** The partition is no more ours. */
  void left(int partition) {
    waiting.remove(partition);
    nextRecordOffsets.remove(partition);
  }

  /** The image was seen sealed as that checkpoint. */
  void sawSealed(long checkpoint) {
    sealed.accumulateAndGet(checkpoint, Math::max);
  }

  /**
   * The last checkpoint that the image was seen sealed as, or 0: while the next one is applied
   * Kafka still has it.
   */
  public long lastSealed() {
    return sealed.get();
  }

  /** The image is gone, and what it was with it. */
  void forgetSealed() {
    sealed.set(0);
  }

  /**
   * A sealed checkpoint as the log told of it, remembered when the log has forgotten it.
   *
   * @param told by the log now
   */
  Optional<RecordedCheckpoint> recoveryPoint(long number, Optional<RecordedCheckpoint> told) {
    told.ifPresent(now -> recoveryPoint = now);
    return Optional.ofNullable(recoveryPoint).filter(one -> one.number() == number);
  }

  public int partitions() {
    return nextRecordOffsets.size();
  }

  public int lockWaits() {
    return waiting.size();
  }

  /** Records of our partitions that are applied, from the beginning of the topic. */
  public long readRecords() {
    return nextRecordOffsets.values().stream().mapToLong(Long::longValue).sum();
  }

  /**
   * Records of our partitions that are not applied yet.
   *
   * @param cuts of the newest manifest, by partition
   */
  public long lagRecords(List<PartitionCut> cuts) {
    return nextRecordOffsets.entrySet().stream()
        .filter(owned -> owned.getKey() < cuts.size())
        .mapToLong(owned -> cuts.get(owned.getKey()).endRecordOffset() - owned.getValue())
        .filter(lag -> lag > 0)
        .sum();
  }
}
