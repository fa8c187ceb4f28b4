package dev.ramtide.deploy.simulate;

import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.checkpoint.PageVersion;
import dev.ramtide.deploy.simulate.disk.SimDisk;
import dev.ramtide.deploy.simulate.kafka.SimPartition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Looks after every event whether the promises hold, and what they would be if power was lost now.
 */
final class Promises {
  /** Before one of so many changes of the disk it is supposed that power is lost. */
  private static final int CHANGES_BETWEEN_CRASHES = 6;

  private final SimWorld world;
  private final LogView log;
  private final ImageCheck check;
  private final long[] firstSeen = new long[SimWorld.PARTITIONS];
  private final long[] lastSeen = new long[SimWorld.PARTITIONS];
  private final List<@Nullable List<PageVersion>> versions =
      new ArrayList<>(Arrays.asList(null, null, null));
  private long changesSeen = -1;
  private @Nullable InvariantViolation broken;
  private long checks;
  private long crashes;

  Promises(SimWorld world) {
    this.world = world;
    this.log = new LogView(world.cluster());
    this.check = new ImageCheck(world.guest(), log);
    Arrays.fill(firstSeen, -1);
    world.disk().beforeChange(this::supposeBeforeChange);
  }

  LogView log() {
    return log;
  }

  ImageCheck imageCheck() {
    return check;
  }

  long checks() {
    return checks;
  }

  long crashes() {
    return crashes;
  }

  /** In the midst of whatever a process does: what it broke is said by the next look. */
  private void supposeBeforeChange() {
    if (world.random().nextInt(CHANGES_BETWEEN_CRASHES) == 0 && broken == null) {
      SimDisk supposed = world.disk().copy();
      supposed.crash(world.random()::nextInt);
      try {
        observe();
        check(world.site(supposed));
      } catch (InvariantViolation violation) {
        broken = violation;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      crashes++;
    }
  }

  /** After any event. */
  void look() throws IOException {
    if (broken != null) {
      throw broken;
    }
    log.refresh();
    if (world.disk().changes() != changesSeen) {
      changesSeen = world.disk().changes();
      check(observe());
      checks++;
    }
  }

  /** Learns what is new on disk and in the log. */
  private SiteView observe() throws IOException {
    log.refresh();
    SiteView site = world.site(world.disk());
    for (int partition = 0; partition < SimWorld.PARTITIONS; partition++) {
      Optional<SiteView.Progress> progress = site.progress(partition);
      if (progress.isPresent()) {
        seen(partition, progress.get());
      }
    }
    return site;
  }

  private Optional<CheckpointManifest> check(SiteView site) throws IOException {
    check.bounded(site);
    check.vouched(site, begins());
    return check.check(site);
  }

  private void seen(int partition, SiteView.Progress progress) {
    OptionalLong next = progress.nextRecordOffset();
    if (next.isPresent()) {
      SimPartition records = world.cluster().pages(partition);
      boolean skipped =
          lastSeen[partition] < records.beginRecordOffset()
              && next.getAsLong() >= records.beginRecordOffset();
      if (firstSeen[partition] < 0 || skipped) {
        firstSeen[partition] = next.getAsLong();
      }
      lastSeen[partition] = next.getAsLong();
    }
    neverBack(partition, progress);
  }

  private void neverBack(int partition, SiteView.Progress progress) {
    List<PageVersion> now = new ArrayList<>();
    for (int slot = 0; slot < progress.entries().capacity() / 32; slot++) {
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
  private List<Long> begins() {
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
  void powerWasLost() throws IOException {
    SiteView site = world.site(world.disk());
    for (int partition = 0; partition < SimWorld.PARTITIONS; partition++) {
      versions.set(partition, null);
      if (site.progress(partition)
          .flatMap(p -> p.nextRecordOffset().stream().boxed().findFirst())
          .isEmpty()) {
        firstSeen[partition] = -1;
      }
    }
  }
}
