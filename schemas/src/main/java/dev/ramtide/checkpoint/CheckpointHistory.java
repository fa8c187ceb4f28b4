package dev.ramtide.checkpoint;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The checkpoints topic, folded: which epochs began, which manifests count.
 *
 * <p>A manifest counts only if no higher epoch was claimed before it in the topic: a replaced agent
 * that goes on publishing is older than the claim of its successor, so what it completes is ignored
 * here as its pages are by their version.
 *
 * <p>Thread-safe: one reader of the topic writes, others ask.
 */
public final class CheckpointHistory {
  private final Map<Long, EpochStarted> epochs = new HashMap<>();
  private final Map<Long, Long> newestStarts = new HashMap<>();
  private final NavigableMap<Long, RecordedCheckpoint> checkpoints = new TreeMap<>();

  /** Those of the checkpoints that are keyframes, which are asked for with each of the others. */
  private final NavigableMap<Long, RecordedCheckpoint> keyframes = new TreeMap<>();

  private final int mostCheckpoints;
  private long highestEpoch = -1;
  private long newestStartedEpoch = -1;
  private Chunks pending = Chunks.NONE;

  /**
   * Device-state chunks read since the last manifest: of which checkpoint, and where the first one
   * stands.
   */
  private record Chunks(long epoch, long checkpoint, long firstRecordOffset) {
    static final Chunks NONE = new Chunks(-1, -1, -1);

    boolean areOf(long otherEpoch, long otherCheckpoint) {
      return epoch == otherEpoch && checkpoint == otherCheckpoint;
    }
  }

  /** Keeps everything: for those who look at it once. */
  public CheckpointHistory() {
    this(Integer.MAX_VALUE);
  }

  /**
   * For those who follow for months: what they hold must not grow with the topic.
   *
   * @param mostCheckpoints the newest that are kept, at least 1, besides the keyframe that the
   *     newest needs
   */
  public CheckpointHistory(int mostCheckpoints) {
    if (mostCheckpoints < 1) {
      throw new IllegalArgumentException(mostCheckpoints + " checkpoints to keep");
    }
    this.mostCheckpoints = mostCheckpoints;
  }

  /** Takes the next record of the topic, in the order of its offsets. */
  public synchronized void accept(long recordOffset, CheckpointRecord record) {
    if (record instanceof EpochClaimed) {
      highestEpoch = Math.max(highestEpoch, recordOffset);
    } else if (record instanceof EpochStarted started) {
      start(recordOffset, started);
    } else if (record instanceof DeviceStateChunk chunk && chunk.epoch() == highestEpoch) {
      if (!pending.areOf(chunk.epoch(), chunk.checkpoint())) {
        pending = new Chunks(chunk.epoch(), chunk.checkpoint(), recordOffset);
      }
    } else if (record instanceof CheckpointManifest manifest) {
      complete(recordOffset, manifest);
    }
  }

  private void start(long recordOffset, EpochStarted started) {
    // The claim may have been pruned away, or lie elsewhere in a copy of the topic: the start
    // speaks for it.
    highestEpoch = Math.max(highestEpoch, started.epoch());
    newestStartedEpoch = Math.max(newestStartedEpoch, started.epoch());
    epochs.putIfAbsent(started.epoch(), started);
    newestStarts.put(started.epoch(), recordOffset);
  }

  private void complete(long recordOffset, CheckpointManifest manifest) {
    EpochStarted epoch = epochs.get(manifest.epoch());
    boolean fenced = manifest.epoch() < highestEpoch;
    boolean numberUsed = !checkpoints.isEmpty() && manifest.checkpoint() <= checkpoints.lastKey();
    if (fenced
        || numberUsed
        || epoch == null
        || manifest.partitions().size() != epoch.partitionCount()) {
      return;
    }
    long firstChunk =
        pending.areOf(manifest.epoch(), manifest.checkpoint())
            ? pending.firstRecordOffset()
            : recordOffset;
    long start = newestStarts.getOrDefault(manifest.epoch(), 0L);
    RecordedCheckpoint recorded =
        new RecordedCheckpoint(manifest, epoch, start, firstChunk, recordOffset);
    checkpoints.put(recorded.number(), recorded);
    if (manifest.keyframe()) {
      keyframes.put(recorded.number(), recorded);
    }
    forgetOldest();
  }

  private void forgetOldest() {
    if (checkpoints.size() <= mostCheckpoints) {
      return;
    }
    long keyframe = keyframeFor(checkpoints.lastKey()).map(RecordedCheckpoint::number).orElse(-1L);
    Iterator<Long> oldestFirst = checkpoints.keySet().iterator();
    for (int surplus = checkpoints.size() - mostCheckpoints; surplus > 0; surplus--) {
      long oldest = oldestFirst.next();
      if (oldest != keyframe) {
        oldestFirst.remove();
        keyframes.remove(oldest);
      }
    }
    long oldestEpoch = checkpoints.firstEntry().getValue().epoch().epoch();
    epochs.keySet().removeIf(epoch -> epoch < oldestEpoch);
    newestStarts.keySet().removeIf(epoch -> epoch < oldestEpoch);
  }

  /** The highest epoch that anybody claimed, or -1. */
  public synchronized long highestEpoch() {
    return highestEpoch;
  }

  /** The layout of an epoch, once its start was read. */
  public synchronized Optional<EpochStarted> epoch(long epoch) {
    return Optional.ofNullable(epochs.get(epoch));
  }

  /** How many epochs are known by their start; what is forgotten does not count. */
  public synchronized int epochCount() {
    return epochs.size();
  }

  /** The start of the newest epoch that has one. */
  public synchronized Optional<EpochStarted> newestEpoch() {
    return epoch(newestStartedEpoch);
  }

  public synchronized Optional<RecordedCheckpoint> newest() {
    return Optional.ofNullable(checkpoints.lastEntry()).map(Map.Entry::getValue);
  }

  public synchronized Optional<RecordedCheckpoint> checkpoint(long number) {
    return Optional.ofNullable(checkpoints.get(number));
  }

  /** All valid checkpoints, oldest first. */
  public synchronized List<RecordedCheckpoint> checkpoints() {
    Collection<RecordedCheckpoint> all = checkpoints.values();
    return new ArrayList<>(all);
  }

  /**
   * The newest keyframe at or below a checkpoint: where a restore from the log begins. Empty when
   * it was pruned.
   */
  public synchronized Optional<RecordedCheckpoint> keyframeFor(long number) {
    return Optional.ofNullable(keyframes.floorEntry(number)).map(Map.Entry::getValue);
  }

  /**
   * The oldest checkpoint that the log alone can still bring back: the first one with a keyframe at
   * or below it. All after it can be had too.
   */
  public synchronized Optional<RecordedCheckpoint> oldestRestorable() {
    // Below the first keyframe there is nothing to begin with, and a keyframe begins with itself.
    return Optional.ofNullable(keyframes.firstEntry()).map(Map.Entry::getValue);
  }

  /** The number that the next checkpoint must take: numbers are never used twice. */
  public synchronized long nextNumber() {
    return checkpoints.isEmpty() ? 1 : checkpoints.lastKey() + 1;
  }
}
