package dev.ramtide.sink.consume;

import dev.ramtide.checkpoint.EpochStarted;
import dev.ramtide.checkpoint.RecordedCheckpoint;
import dev.ramtide.sink.apply.PageApplier;
import dev.ramtide.sink.seal.ImageComposer;
import dev.ramtide.sink.state.Control;
import dev.ramtide.sink.state.ControlState;
import dev.ramtide.sink.state.FileGate;
import dev.ramtide.sink.state.OpenImage;
import dev.ramtide.sink.state.PartitionState;
import dev.ramtide.sink.state.Site;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One partition of one VM, from its records to its pages.
 *
 * <p>What it needs comes in this order, and until it is there the partition is paused: the VM's
 * history, the image, the partition's lock (a former owner that is stopped keeps it), the state
 * with the place to go on from.
 *
 * <p>One owner thread, the consumer's.
 */
@SuppressWarnings("try") // A held lock is closed, and not looked at.
final class PartitionTask implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(PartitionTask.class);

  /**
   * A sealer that is stopped keeps the gate. Whoever waited for it in here would drop out of its
   * group and could not be stopped.
   */
  private static final Duration GATE_PATIENCE = Duration.ofSeconds(2);

  /** Within this time the history knows of a keyframe for which the log was cut. */
  private static final Duration GAP_PATIENCE = Duration.ofSeconds(10);

  private final VmFollow follow;
  private final int partition;
  private final Site site;
  private final PartitionFeed feed;
  private @Nullable OpenImage image;
  private @Nullable Progress progress;
  private boolean toldAboutLock;
  private final Doubt doubt;

  PartitionTask(VmFollow follow, int partition, Site site, PartitionFeed feed) {
    this.follow = follow;
    this.partition = partition;
    this.site = site;
    this.feed = feed;
    this.doubt = new Doubt(GAP_PATIENCE, site.clock());
  }

  /** What exists only while this task owns the partition's files. */
  private static final class Progress {
    final FileGate.Hold lock;
    final PartitionState state;
    final PageApplier applier;
    final EventIntake intake;
    long next;
    long forced;

    /**
     * As much of the history was read when a record had to wait for its epoch, or less than none.
     */
    long waitsAtHistory = -1;

    Progress(
        FileGate.Hold lock,
        PartitionState state,
        PageApplier applier,
        EventIntake intake,
        long next) {
      this.lock = lock;
      this.state = state;
      this.applier = applier;
      this.intake = intake;
      this.next = next;
      this.forced = next;
    }
  }

  VmFollow follow() {
    return follow;
  }

  int partition() {
    return partition;
  }

  /** Until {@link #prepare} finds all that is needed. */
  void pause() {
    feed.pause();
  }

  /** Gets what is still missing, and lets records come or not. */
  void prepare() throws IOException, InterruptedException {
    Optional<EpochStarted> wanted = follow.wantedEpoch();
    if (wanted.isEmpty() || partition >= wanted.get().partitionCount()) {
      return; // A partition that was added to the topic later has no page of this layout.
    }
    if (image != null
        && (!follow.identityOf(wanted.get().epoch()).equals(Optional.of(image.identity()))
            || !image.isInPlace())) {
      // Also when the directory was renamed or removed: by its paths we would take another image's
      // locks, or go on filling files that have no name any more.
      close();
    }
    if (image == null) {
      image = site.openImage(follow.vm(), wanted.get());
    }
    if (progress == null) {
      progress = begin(image);
    }
    if (progress != null
        && progress.waitsAtHistory != follow.recordsRead()
        && progress.next < gate(image).endRecordOffset()) {
      feed.resume();
    } else {
      feed.pause();
    }
  }

  private @Nullable Progress begin(OpenImage open) throws IOException, InterruptedException {
    Optional<FileGate.Hold> lock = open.partitionGate(partition).tryExclusive(Duration.ZERO);
    if (lock.isEmpty()) {
      if (!toldAboutLock) {
        LOG.atWarn()
            .addKeyValue("vm", follow.vm())
            .addKeyValue("partition", partition)
            .log(
                "waiting for the partition's lock: its former owner still holds it; is that process stopped?");
        toldAboutLock = true;
      }
      follow.progress().waitsForLock(partition);
      return null;
    }
    toldAboutLock = false;
    Progress begun = null;
    try {
      begun = begin(open, lock.get());
    } finally {
      if (begun == null) { // Kept, it would be our own lock that the next attempt waits for.
        lock.get().close();
      }
    }
    return begun;
  }

  private @Nullable Progress begin(OpenImage open, FileGate.Hold lock) throws IOException {
    PartitionState state = open.openState(partition);
    boolean begun = false;
    try {
      if (!open.isInPlace()) {
        return null; // Lock and state are found by path: they may be another image's.
      }
      long next = state.nextRecordOffset().orElseGet(this::start);
      if (state.nextRecordOffset().isEmpty()) {
        state.advanceTo(next);
      }
      feed.seek(next);
      PageApplier applier =
          new PageApplier(open.pages(), open.layout(), open.striping(), partition, state);
      EventIntake intake = new EventIntake(feed.partition(), follow, open.epoch(), applier);
      begun = true;
      follow.progress().isAt(partition, next);
      return new Progress(lock, state, applier, intake, next);
    } finally {
      if (!begun) {
        state.close();
      }
    }
  }

  /**
   * Where an empty image begins: a keyframe has every page, so nothing before the newest one is
   * needed.
   */
  private long start() {
    return newestKeyframe().map(this::startOf).orElseGet(feed::beginning);
  }

  private Optional<RecordedCheckpoint> newestKeyframe() {
    return follow
        .history()
        .newest()
        .flatMap(newest -> follow.history().keyframeFor(newest.number()));
  }

  private long startOf(RecordedCheckpoint keyframe) {
    return keyframe.manifest().partitions().get(partition).startRecordOffset();
  }

  /**
   * The log has no longer what comes next: it was pruned while this site was away. A keyframe has
   * every page, so an image that may be changed at all may go on with the newest one.
   *
   * @return false when none covers the gap, and waiting does not help
   */
  boolean skipToKeyframe() throws IOException, InterruptedException {
    feed.pause();
    OpenImage open = image;
    Progress now = progress;
    if (open == null || now == null) {
      return true; // It begins anew anyway.
    }
    Optional<RecordedCheckpoint> keyframe =
        newestKeyframe().filter(newest -> startOf(newest) > now.next);
    if (keyframe.isEmpty()) {
      return !doubt.isOver();
    }
    if (!follow.identityOf(keyframe.get().epoch().epoch()).equals(Optional.of(open.identity()))) {
      return true; // It has another layout: this image is about to be left.
    }
    doubt.clear();
    Optional<FileGate.Hold> hold = open.gate().tryShared(GATE_PATIENCE);
    if (hold.isPresent()) {
      try (FileGate.Hold held = hold.get()) {
        skip(open, now, keyframe.get());
      }
    }
    return true;
  }

  private void skip(OpenImage open, Progress now, RecordedCheckpoint keyframe) throws IOException {
    ControlState state = open.control().read().map(Control::state).orElseThrow();
    if (state instanceof ControlState.Sealed) {
      return; // Nothing comes next until the sealer says so.
    }
    LOG.atWarn()
        .addKeyValue("vm", follow.vm())
        .addKeyValue("partition", partition)
        .addKeyValue("recordOffset", now.next)
        .addKeyValue("keyframe", keyframe.number())
        .log(
            "the records that come next were pruned: going on with a keyframe, which has every page");
    now.next = startOf(keyframe);
    now.forced = now.next;
    follow.progress().isAt(partition, now.next);
    now.state.skipTo(now.next);
    feed.seek(now.next);
  }

  private PageGate gate(OpenImage open) throws IOException {
    ControlState state = open.control().read().map(Control::state).orElseThrow();
    Optional<RecordedCheckpoint> newest = follow.history().newest();
    boolean replaced =
        newest.isPresent()
            && !follow
                .identityOf(newest.get().epoch().epoch())
                .equals(Optional.of(open.identity()));
    // The newest manifest draws the line of an image that was never sealed, but not if it is one of
    // another layout: then this image is about to be left.
    return replaced && state instanceof ControlState.Filling
        ? PageGate.CLOSED
        : PageGate.of(state, follow.history(), partition);
  }

  /**
   * Applies what is allowed; the rest is delivered again when it is.
   *
   * @return page records applied
   */
  int deliver(List<PageRecord> records) throws IOException, InterruptedException {
    OpenImage open = image;
    Progress now = progress;
    if (open == null || now == null) {
      return 0;
    }
    Optional<FileGate.Hold> hold = open.gate().tryShared(GATE_PATIENCE);
    if (hold.isEmpty()) {
      LOG.atWarn()
          .addKeyValue("vm", follow.vm())
          .addKeyValue("partition", partition)
          .log("waiting for the image's gate: another process seals; is it stopped?");
      feed.seek(records.get(0).recordOffset());
      return 0;
    }
    int applied = 0;
    long historyRead = follow.recordsRead(); // Before it is asked: what comes later is looked at.
    // What control says holds as long as the shared lock is held, and not a moment longer.
    try (FileGate.Hold held = hold.get();
        ApplyWatch watch = new ApplyWatch(now.applier, follow, site.clock())) {
      PageGate gate = gate(open);
      if (!records.isEmpty() && records.get(0).recordOffset() < gate.endRecordOffset()) {
        // A sealer may have died between the magic and SEALED n, and n may be pruned, or our state
        // be lost, since: then we write what is not n.
        new ImageComposer(open.ram(), open.layout()).destroyMagicIfThere();
      }
      for (PageRecord record : records) {
        boolean allowed = record.recordOffset() < gate.endRecordOffset();
        if (!allowed || !now.intake.take(record, gate.bounded())) {
          now.waitsAtHistory = allowed ? historyRead : -1;
          feed.pause();
          feed.seek(record.recordOffset());
          break;
        }
        now.next = record.recordOffset() + 1;
        applied++;
        watch.took(record);
      }
    }
    follow.progress().isAt(partition, now.next);
    return applied;
  }

  /** Whether everything that may be applied was, but is not on disk for certain. */
  boolean isAtGateUnforced() throws IOException {
    return image != null
        && progress != null
        && progress.forced < progress.next
        && progress.next >= gate(image).endRecordOffset();
  }

  /** Makes durable what was applied. */
  void force() throws IOException {
    if (progress != null && progress.forced < progress.next) {
      long startNanos = site.clock().nanoTime();
      progress.applier.advanceTo(progress.next);
      progress.forced = progress.next;
      Duration took = Duration.ofNanos(site.clock().nanoTime() - startNanos);
      follow.listener().forced(follow.vm(), took);
      feed.commit(progress.next);
    }
  }

  /** Lets go of files and lock; what was not forced will be delivered to the next owner again. */
  @Override
  public void close() throws IOException {
    follow.progress().left(partition);
    try (OpenImage closing = image;
        PartitionState state = progress == null ? null : progress.state) {
      image = null;
    } finally {
      if (progress != null) {
        progress.lock.close(); // Last: the next owner must find everything as we leave it.
        progress = null;
      }
    }
  }
}
