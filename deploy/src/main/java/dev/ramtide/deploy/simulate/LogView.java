package dev.ramtide.deploy.simulate;

import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.checkpoint.CheckpointRecord;
import dev.ramtide.checkpoint.DirtyPages;
import dev.ramtide.checkpoint.EpochClaimed;
import dev.ramtide.checkpoint.EpochStarted;
import dev.ramtide.checkpoint.PageVersion;
import dev.ramtide.deploy.simulate.SimGuest.PageId;
import dev.ramtide.deploy.simulate.kafka.SimCluster;
import dev.ramtide.encryption.EpochKeys;
import dev.ramtide.guest.PageKind;
import dev.ramtide.guest.PageRange;
import dev.ramtide.wire.EventCodec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Everything that was ever in the log, read by the rules of the contract and by nothing else: which
 * manifests count, and which page versions stand before a record.
 */
final class LogView {
  private final SimCluster cluster;
  private final int pageBytes;
  private final EventCodec codec = new EventCodec();
  private final EpochKeys keys;
  private final Map<Long, EpochStarted> epochs = new TreeMap<>();
  private final TreeMap<Long, CheckpointManifest> valid = new TreeMap<>();
  private final List<List<PageEvent>> events = new ArrayList<>();
  private final Map<Long, Long> newestStarts = new TreeMap<>();
  private long checkpointsRead;
  private long highestClaim = -1;

  /**
   * One page in one record.
   *
   * @param bytes nothing for a page that is zero
   */
  record PageEvent(long recordOffset, PageId page, PageVersion version, byte @Nullable [] bytes) {}

  LogView(SimCluster cluster, int pageBytes) {
    this.cluster = cluster;
    this.pageBytes = pageBytes;
    this.keys = new EpochKeys(SimWorld.VM, cluster.readerKeys());
    for (int partition = 0; partition < cluster.pagesPartitions(); partition++) {
      events.add(new ArrayList<>());
    }
  }

  /** Reads what is new. */
  void refresh() {
    if (!cluster.hasTopics()) {
      return;
    }
    try {
      for (; checkpointsRead < cluster.checkpoints().endRecordOffset(); checkpointsRead++) {
        byte[] value = cluster.checkpoints().value(checkpointsRead);
        accept(checkpointsRead, codec.decodeCheckpoint(ByteBuffer.wrap(value)));
      }
      for (int partition = 0; partition < events.size(); partition++) {
        readPages(partition);
      }
    } catch (IOException e) {
      throw Promise.NOTHING_LOST.broken("the agent wrote what cannot be read: " + e.getMessage());
    }
  }

  /** A manifest counts if nobody had claimed a higher epoch before it. */
  private void accept(long recordOffset, CheckpointRecord record) throws IOException {
    if (record instanceof EpochClaimed) {
      highestClaim = recordOffset;
    } else if (record instanceof EpochStarted started) {
      epochs.putIfAbsent(started.epoch(), started);
      newestStarts.put(started.epoch(), recordOffset);
    } else if (record instanceof CheckpointManifest manifest && manifest.epoch() == highestClaim) {
      Promise.NOTHING_LOST.require(
          valid.isEmpty() || manifest.checkpoint() > valid.lastKey(),
          "checkpoint " + manifest.checkpoint() + " was taken after " + valid.keySet());
      valid.put(manifest.checkpoint(), keys.decrypted(manifest, epochOf(manifest.epoch())));
    }
  }

  private EpochStarted epochOf(long epoch) {
    return Objects.requireNonNull(epochs.get(epoch), () -> "pages before epoch " + epoch);
  }

  private void readPages(int partition) throws IOException {
    List<PageEvent> known = events.get(partition);
    long next = known.isEmpty() ? 0 : known.get(known.size() - 1).recordOffset() + 1;
    for (; next < cluster.pages(partition).endRecordOffset(); next++) {
      DirtyPages read = codec.decodePages(ByteBuffer.wrap(cluster.pages(partition).value(next)));
      DirtyPages event = keys.decrypted(read, epochOf(read.version().epoch()));
      ByteBuffer bytes = event.pages();
      for (PageRange range : event.ranges()) {
        for (long page = range.firstPage(); page < range.endPage(); page++) {
          byte[] content = null;
          if (range.kind() == PageKind.DATA) {
            content = new byte[pageBytes];
            bytes.get(content);
          }
          PageId id = new PageId(event.block(), (int) page);
          known.add(new PageEvent(next, id, event.version(), content));
        }
      }
    }
  }

  /**
   * Whether the start of an epoch was pruned: a sink passes over what is left of its pages, because
   * a later keyframe has every one of them.
   */
  boolean isOver(long epoch) {
    return newestStarts.getOrDefault(epoch, -1L) < cluster.checkpoints().beginRecordOffset();
  }

  /** Manifests that count, by checkpoint. */
  TreeMap<Long, CheckpointManifest> valid() {
    return valid;
  }

  /**
   * The newest version of each page in a part of a partition.
   *
   * @param end exclusive
   */
  Map<PageId, PageEvent> newest(int partition, long begin, long end) {
    Map<PageId, PageEvent> newest = new TreeMap<>();
    for (PageEvent event : events.get(partition)) {
      if (event.recordOffset() >= begin && event.recordOffset() < end) {
        newest.merge(
            event.page(),
            event,
            (old, next) -> next.version().compareTo(old.version()) >= 0 ? next : old);
      }
    }
    return newest;
  }

  /** All events of a page from a record on. */
  List<PageEvent> from(int partition, long begin, PageId page) {
    return events.get(partition).stream()
        .filter(event -> event.recordOffset() >= begin && event.page().equals(page))
        .toList();
  }
}
