package dev.ramtide.deploy.simulate;

import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.deploy.simulate.SimGuest.PageId;
import dev.ramtide.deploy.simulate.disk.SimDisk;
import dev.ramtide.deploy.simulate.kafka.SimGroup;
import dev.ramtide.integrity.ZeroPage;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * What must hold of a log when everything has settled: each checkpoint that it still has can be
 * replayed from its keyframe, by the rule that the newest version wins and nothing else.
 */
final class Ending {
  private static final int MOST_STEPS = 20_000;

  private final SimWorld world;
  private final Promises promises;

  Ending(SimWorld world, Promises promises) {
    this.world = world;
    this.promises = promises;
  }

  void check() throws IOException {
    replayAll();
    fillAnother();
  }

  /**
   * A site that is filled now, from what the log still has, by one sink that nothing disturbs, must
   * come to the same bytes as the one that went through everything.
   */
  private void fillAnother() throws IOException {
    SimDisk other = new SimDisk();
    SimSink sink = world.startSink(other, new SimGroup(world.cluster()));
    SiteView site = world.site(other);
    for (int steps = 0; promises.imageCheck().check(site).isEmpty(); steps++) {
      world.scheduler().step();
      Promise.NOTHING_LOST.require(
          steps < MOST_STEPS, "a new site is never sealed: " + sink.failure());
    }
    Promise.ORDER_INDEPENDENCE.require(
        other.hasSame(site.ramName(), world.disk()),
        "a new site, filled from the same log, has other bytes");
  }

  /** Every checkpoint that the log still has, whole. */
  void replayAll() {
    CheckpointManifest keyframe = null;
    for (CheckpointManifest manifest : promises.log().valid().values()) {
      keyframe = manifest.keyframe() ? manifest : keyframe;
      if (keyframe != null && isThere(keyframe)) {
        replay(keyframe, manifest);
      }
    }
  }

  private boolean isThere(CheckpointManifest keyframe) {
    for (int partition = 0; partition < SimWorld.PARTITIONS; partition++) {
      if (keyframe.partitions().get(partition).startRecordOffset()
          < world.cluster().pages(partition).beginRecordOffset()) {
        return false;
      }
    }
    return true;
  }

  private void replay(CheckpointManifest keyframe, CheckpointManifest target) {
    Map<PageId, LogView.PageEvent> pages = new TreeMap<>();
    for (int partition = 0; partition < SimWorld.PARTITIONS; partition++) {
      pages.putAll(
          promises
              .log()
              .newest(
                  partition,
                  keyframe.partitions().get(partition).startRecordOffset(),
                  target.partitions().get(partition).endRecordOffset()));
    }
    Moment moment = world.guest().moments().get(target.deviceState().checksum());
    if (moment == null) {
      throw Promise.SEALED_EQUALS_GUEST.broken(target + " is of no moment of the guest");
    }
    for (PageId id : world.guest().allPages()) {
      byte[] wanted = moment.pages()[id.block()][id.page()];
      LogView.PageEvent found = pages.get(id);
      byte[] bytes = found == null ? null : found.bytes();
      boolean same =
          bytes == null ? ZeroPage.isZero(wanted, 0, wanted.length) : Arrays.equals(wanted, bytes);
      Promise.SEALED_EQUALS_GUEST.require(
          found != null && same,
          id + " replayed to checkpoint " + target.checkpoint() + " is not what the guest had");
    }
  }
}
