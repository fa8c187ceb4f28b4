package dev.ramtide.deploy.simulate;

import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.checkpoint.PageVersion;
import dev.ramtide.deploy.simulate.kafka.SimCluster;
import dev.ramtide.deploy.simulate.kafka.SimPartition;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The tables of a site from one look to the next: no version goes back. */
final class TableWatch {
  private final SimCluster cluster;
  private final LogView log;
  private final long[] firstSeen = new long[SimWorld.PARTITIONS];
  private final long[] lastSeen = new long[SimWorld.PARTITIONS];
  private final List<@Nullable List<PageVersion>> versions =
      new ArrayList<>(Arrays.asList(null, null, null));

  TableWatch(SimCluster cluster, LogView log) {
    this.cluster = cluster;
    this.log = log;
    Arrays.fill(firstSeen, -1);
  }

  void look(SiteView site) throws IOException {
    for (int partition = 0; partition < SimWorld.PARTITIONS; partition++) {
      Optional<SiteView.Progress> progress = site.progress(partition);
      if (progress.isPresent()) {
        seen(partition, progress.get());
      }
    }
  }

  private void seen(int partition, SiteView.Progress progress) {
    OptionalLong next = progress.nextRecordOffset();
    if (next.isPresent()) {
      SimPartition records = cluster.pages(partition);
      // What comes next was pruned: it goes on with a keyframe.
      boolean skipped =
          lastSeen[partition] < records.beginRecordOffset()
              && next.getAsLong() > lastSeen[partition];
      if (firstSeen[partition] < 0 || skipped) {
        firstSeen[partition] = next.getAsLong();
      }
      lastSeen[partition] = next.getAsLong();
    }
    neverBack(partition, progress);
  }

  private void neverBack(int partition, SiteView.Progress progress) {
    List<PageVersion> now = new ArrayList<>();
    for (int slot = 0; slot < progress.slots(); slot++) {
      now.add(progress.version(slot));
    }
    List<PageVersion> before = versions.get(partition);
    for (int slot = 0; before != null && slot < now.size(); slot++) {
      Promise.NOTHING_NEWER_IS_OVERWRITTEN.require(
          now.get(slot).compareTo(before.get(slot)) >= 0,
          "partition %d, slot %d went from %s back to %s"
              .formatted(partition, slot, before.get(slot), now.get(slot)));
    }
    versions.set(partition, now);
  }

  /** From where on an image must have everything: a keyframe that it began with, or came by. */
  List<Long> begins() {
    List<Long> begins = new ArrayList<>();
    for (int partition = 0; partition < SimWorld.PARTITIONS; partition++) {
      long begin = 0;
      for (CheckpointManifest manifest : log.valid().values()) {
        long start = manifest.partitions().get(partition).startRecordOffset();
        begin = manifest.keyframe() && start <= firstSeen[partition] ? start : begin;
      }
      begins.add(begin);
    }
    return begins;
  }

  /** Power was lost: what was not forced may have gone back. */
  void powerWasLost(SiteView site) throws IOException {
    for (int partition = 0; partition < SimWorld.PARTITIONS; partition++) {
      versions.set(partition, null);
      boolean begun =
          site.progress(partition).filter(p -> p.nextRecordOffset().isPresent()).isPresent();
      firstSeen[partition] = begun ? firstSeen[partition] : -1;
    }
  }
}
