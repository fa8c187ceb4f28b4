package dev.ramtide.sink.consume;

import dev.ramtide.checkpoint.EpochStarted;
import dev.ramtide.checkpoint.RecordedCheckpoint;
import dev.ramtide.sink.seal.DigestMismatchException;
import dev.ramtide.sink.seal.ImageListener;
import dev.ramtide.sink.seal.KeptCopies;
import dev.ramtide.sink.seal.SealProgress;
import dev.ramtide.sink.seal.Sealer;
import dev.ramtide.sink.state.Control;
import dev.ramtide.sink.state.ControlState;
import dev.ramtide.sink.state.FileGate;
import dev.ramtide.sink.state.OpenImage;
import dev.ramtide.sink.state.Site;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Sealing one VM's image: the duty of the member that owns the checkpoints partition. Takes it from
 * wherever its predecessor left it.
 *
 * <p>One owner thread, the consumer's; a step waits for the log at most as long as {@link
 * DeviceStateReader} does.
 */
@SuppressWarnings("try") // A held lock is closed, and not looked at.
final class SealDuty implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(SealDuty.class);

  /** A step that finds the gate held has waited for it 200 ms: every half a minute or so. */
  private static final long TELL_EVERY_BUSY_STEPS = 120;

  private static final Duration TELL_PATIENCE = Duration.ofMillis(200);

  /** As long as a broker that answers no more keeps a reader waiting, twice. */
  private static final Duration BEHIND_PATIENCE = Duration.ofSeconds(60);

  private final VmFollow follow;
  private final Site site;
  private final DeviceStates deviceStates;
  private final ImageListener listener;
  private final Doubt doubt;
  private final Doubt behind;
  private @Nullable OpenImage image;
  private @Nullable Target target;
  private final KeptCopies kept;
  private long toldSealed;
  private long triedToKeep;
  private boolean toldFilling;
  private long busySteps;
  private boolean movedOn;
  private final SealWatch watch;

  /** Fetches device state from the log. */
  interface DeviceStates {
    ByteBuffer of(VmFollow vm, RecordedCheckpoint checkpoint) throws IOException;
  }

  /** The checkpoint that is being made, and its device state, fetched once. */
  private record Target(RecordedCheckpoint checkpoint, ByteBuffer deviceState) {}

  SealDuty(
      VmFollow follow,
      Site site,
      DeviceStates deviceStates,
      ImageListener listener,
      KeptCopies kept,
      Doubt doubt) {
    this.follow = follow;
    this.site = site;
    this.deviceStates = deviceStates;
    this.listener = listener;
    this.kept = kept;
    this.doubt = doubt;
    this.watch = new SealWatch(follow, site.clock());
    this.behind = new Doubt(BEHIND_PATIENCE, site.clock());
  }

  VmFollow follow() {
    return follow;
  }

  /**
   * Does what can be done now, and tells of a lock for which it has waited long.
   *
   * @return whether the image is another one than before: partitions may go on
   */
  boolean step() throws IOException, InterruptedException {
    movedOn = false;
    tellWhenLongBusy(work());
    return movedOn;
  }

  /**
   * @return whether somebody holds what it needs
   */
  private boolean work() throws IOException, InterruptedException {
    Optional<EpochStarted> wanted = follow.wantedEpoch();
    Optional<RecordedCheckpoint> newest = wanted.flatMap(epoch -> follow.history().newest());
    if (newest.isEmpty()) {
      if (wanted.isPresent() && !toldFilling) {
        tellFilling(open(wanted.get()));
      }
      return false;
    }
    OpenImage open = open(newest.get().epoch());
    ControlState state = stateOf(open);
    if (state instanceof ControlState.Applying applying) {
      return finish(open, applying, newest.get());
    } else if (state instanceof ControlState.Sealed sealed) {
      boolean free = tellAndKeep(open, sealed);
      return !free
          || sealed.checkpoint() < newest.get().number() && !begin(open, state, newest.get());
    }
    return !begin(open, state, newest.get());
  }

  private boolean begin(OpenImage open, ControlState from, RecordedCheckpoint next)
      throws IOException, InterruptedException {
    // First of all: what cannot be had must not cost the image that is there.
    RecordedCheckpoint target = targetOf(next).checkpoint();
    try {
      watch.makes(next.number());
      movedOn = new Sealer(open, listener).begin(from, target);
      if (movedOn) {
        tell(next.manifest().epoch(), next.number()).log("applying");
      }
      return movedOn;
    } catch (IOException | RuntimeException e) {
      toldSealed = 0; // It may have failed after it said that it goes on: what is is told again.
      throw e;
    }
  }

  /** A line about one checkpoint: its agent's lines have the same keys. */
  private LoggingEventBuilder tell(long epoch, long checkpoint) {
    return LOG.atInfo()
        .addKeyValue("vm", follow.vm())
        .addKeyValue("checkpoint", checkpoint)
        .addKeyValue("epoch", epoch);
  }

  private OpenImage open(EpochStarted epoch) throws IOException, InterruptedException {
    boolean wanted =
        image != null
            && follow.identityOf(epoch.epoch()).equals(Optional.of(image.identity()))
            && image.isInPlace();
    if (image == null || !wanted) {
      close();
      image = site.openImage(follow.vm(), epoch);
    }
    return image;
  }

  private void reconsider(
      Sealer sealer,
      ControlState.Applying applying,
      RecordedCheckpoint newest,
      DigestMismatchException mismatch)
      throws IOException, InterruptedException {
    if (!doubt.isOver()) {
      return;
    }
    // Not sooner: while an image fills it may look so for a moment, and somebody is called for
    // this.
    watch.differs();
    if (newest.number() == applying.checkpoint()) {
      throw mismatch;
    }
    LOG.atWarn()
        .addKeyValue("vm", follow.vm())
        .addKeyValue("reason", mismatch.getMessage())
        .log("going on to the newest checkpoint");
    sealer.begin(applying, follow.opened(newest));
    doubt.clear();
  }

  private boolean finish(OpenImage open, ControlState.Applying applying, RecordedCheckpoint newest)
      throws IOException, InterruptedException {
    Optional<RecordedCheckpoint> wanted = follow.history().checkpoint(applying.checkpoint());
    if (isAheadOfUs(applying, newest)) {
      return false;
    }
    if (wanted.isEmpty()) { // Pruned while the site was away: only a later one can be made.
      return !beginLater(open, applying, newest);
    }
    Target now;
    try {
      now = targetOf(wanted.get());
    } catch (OffsetOutOfRangeException e) { // Pruned since the history was read.
      return !beginLater(open, applying, newest);
    }
    Sealer sealer = new Sealer(open, listener);
    watch.makes(applying.checkpoint());
    SealProgress progress;
    try {
      progress = sealer.trySeal(now.checkpoint(), now.deviceState());
      doubt.clear();
    } catch (DigestMismatchException e) {
      reconsider(sealer, applying, newest, e);
      return false;
    }
    if (progress instanceof SealProgress.Overtaken && newest.number() > applying.checkpoint()) {
      watch.makes(newest.number());
      movedOn = sealer.begin(applying, follow.opened(newest));
      if (movedOn) {
        tell(newest.manifest().epoch(), newest.number()).log("applying");
      }
    } else if (progress instanceof SealProgress.Done done) {
      tell(now.checkpoint().manifest().epoch(), done.checkpoint()).log("sealed");
      watch.isSealed(done.checkpoint());
      toldSealed = done.checkpoint();
      target = null;
      movedOn = true;
      site.promote(follow.vm());
    }
    return progress instanceof SealProgress.Busy;
  }

  /**
   * The owner before us had read on further than we have: its checkpoint is on the way to us,
   * unless the end of the log was cut off.
   */
  private boolean isAheadOfUs(ControlState.Applying applying, RecordedCheckpoint newest) {
    if (newest.number() >= applying.checkpoint()) {
      behind.clear();
      return false;
    }
    return !behind.isOver();
  }

  private void tellWhenLongBusy(boolean busy) {
    busySteps = busy ? busySteps + 1 : 0;
    if (busySteps > 0 && busySteps % TELL_EVERY_BUSY_STEPS == 0) {
      LOG.atWarn()
          .addKeyValue("vm", follow.vm())
          .log(
              "waiting for a lock of the image to go on sealing: a long reader, or a process that is stopped");
    }
  }

  private Target targetOf(RecordedCheckpoint wanted) throws IOException {
    Target now = target;
    if (now == null || now.checkpoint().number() != wanted.number()) {
      RecordedCheckpoint opened = follow.opened(wanted);
      now = new Target(opened, deviceStates.of(follow, opened));
      target = now;
    }
    return now;
  }

  private boolean beginLater(
      OpenImage open, ControlState.Applying applying, RecordedCheckpoint newest)
      throws IOException, InterruptedException {
    if (newest.number() <= applying.checkpoint()) {
      throw new IOException(
          "the image of "
              + follow.vm()
              + " is on its way to checkpoint "
              + applying.checkpoint()
              + ", of which the log has no longer what is needed; the newest there is "
              + newest.number()
              + ". Remove the directory "
              + open.paths().directory()
              + ": the sink then fills a new image from the newest keyframe");
    }
    return begin(open, applying, newest);
  }

  private void tellFilling(OpenImage open) throws IOException, InterruptedException {
    Optional<FileGate.Hold> hold = open.gate().tryShared(TELL_PATIENCE);
    if (hold.isPresent()) {
      try (FileGate.Hold held = hold.get()) {
        if (stateOf(open) instanceof ControlState.Filling) {
          listener.imageFills(open.paths(), open.epoch());
        }
        toldFilling = true;
      }
    }
  }

  /**
   * A predecessor may have died between sealing and telling, or before it made the copy.
   *
   * @return false when the image must stay as it is for a while: somebody holds its gate
   */
  private boolean tellAndKeep(OpenImage open, ControlState.Sealed sealed)
      throws IOException, InterruptedException {
    Optional<RecordedCheckpoint> recorded = follow.history().checkpoint(sealed.checkpoint());
    if (toldSealed != sealed.checkpoint() && recorded.isPresent()) {
      Optional<FileGate.Hold> hold = open.gate().tryShared(TELL_PATIENCE);
      if (hold.isEmpty()) {
        return false;
      }
      try (FileGate.Hold held = hold.get()) {
        if (!stateOf(open).equals(sealed)) {
          return false; // Another sealer was here.
        }
        if (!new Sealer(open, listener).isLoadable()) {
          return true; // One died on the way to the next: of this one there is nothing to tell.
        }
        listener.imageIs(open.paths(), sealed, follow.opened(recorded.get()));
        toldSealed = sealed.checkpoint();
      }
    }
    return toldSealed != sealed.checkpoint() || keep(open, sealed.checkpoint());
  }

  /** What cannot be kept is said once, and sealing goes on: the image matters more than a copy. */
  private boolean keep(OpenImage open, long checkpoint) throws InterruptedException {
    if (triedToKeep == checkpoint) {
      return true;
    }
    try {
      if (!kept.keep(open, checkpoint)) {
        return false;
      }
    } catch (IOException e) {
      LOG.atError()
          .addKeyValue("vm", follow.vm())
          .addKeyValue("checkpoint", checkpoint)
          .addKeyValue("reason", String.valueOf(e))
          .log("no copy of this checkpoint is kept");
    }
    triedToKeep = checkpoint;
    return true;
  }

  private static ControlState stateOf(OpenImage open) throws IOException {
    return open.control().read().map(Control::state).orElseThrow();
  }

  @Override
  public void close() throws IOException {
    if (image != null) {
      image.close();
      image = null;
    }
  }
}
