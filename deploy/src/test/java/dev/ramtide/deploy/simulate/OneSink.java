package dev.ramtide.deploy.simulate;

import dev.ramtide.checkpoint.EpochStarted;
import dev.ramtide.checkpoint.RecordedCheckpoint;
import dev.ramtide.sink.apply.PageApplier;
import dev.ramtide.sink.seal.DigestMismatchException;
import dev.ramtide.sink.seal.ImageComposer;
import dev.ramtide.sink.seal.ImageListener;
import dev.ramtide.sink.seal.SealProgress;
import dev.ramtide.sink.seal.Sealer;
import dev.ramtide.sink.state.Control;
import dev.ramtide.sink.state.ControlState;
import dev.ramtide.sink.state.FileGate;
import dev.ramtide.sink.state.FileGates;
import dev.ramtide.sink.state.ImageIdentity;
import dev.ramtide.sink.state.OpenImage;
import dev.ramtide.sink.state.PartitionState;
import dev.ramtide.sink.state.Site;
import dev.ramtide.time.MonotonicClock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A sink in one thread: the steps of its partitions and of its sealer, in an order that the test
 * decides, on the real files. It closes nothing: it ends as a process ends that loses power.
 */
@SuppressWarnings("try") // A held lock is closed, and not looked at.
final class OneSink {
  private static final int MOST_TURNS = 12;

  private final ScriptedVm vm;
  private final Site site;
  private final ImageListener listener;
  private @Nullable OpenImage image;
  private final List<Part> parts = new ArrayList<>();

  /** What a partition's owner knows. */
  private static final class Part {
    final int partition;
    final PartitionState state;
    final PageApplier applier;
    long next;

    Part(int partition, PartitionState state, PageApplier applier, long next) {
      this.partition = partition;
      this.state = state;
      this.applier = applier;
      this.next = next;
    }
  }

  OneSink(ScriptedVm vm, Path directory, MonotonicClock clock, ImageListener listener)
      throws IOException {
    this.vm = vm;
    this.site = Site.open(directory, new FileGates(clock));
    this.listener = listener;
  }

  /** Goes on until the newest checkpoint is sealed and in its place. */
  void settle() throws IOException, InterruptedException {
    for (int turn = 0; !isSettled(); turn++) {
      Promise.NOTHING_LOST.require(turn < MOST_TURNS, "it never seals " + vm.newest());
      deliverAll();
      seal();
    }
  }

  private boolean isSettled() throws IOException {
    OpenImage open = image;
    return open != null
        && open.isInPlace()
        && stateOf(open).equals(new ControlState.Sealed(vm.newest()));
  }

  /** Every partition in turn to its gate, each forced before the next begins. */
  void deliverAll() throws IOException, InterruptedException {
    open();
    for (Part part : parts) {
      deliver(part, Integer.MAX_VALUE);
      force(part);
    }
  }

  /** Of each partition so many records, nothing forced. */
  void deliver(int records) throws IOException, InterruptedException {
    open();
    for (Part part : parts) {
      deliver(part, records);
    }
  }

  private OpenImage open() throws IOException, InterruptedException {
    EpochStarted wanted =
        vm.history()
            .newest()
            .map(RecordedCheckpoint::epoch)
            .or(vm.history()::newestEpoch)
            .orElseThrow();
    OpenImage now = image;
    boolean known =
        now != null && now.identity().equals(ImageIdentity.of(wanted)) && now.isInPlace();
    if (now == null || !known) {
      now = site.openImage(ScriptedVm.VM, wanted);
      parts.clear();
      for (int partition = 0; partition < ScriptedVm.PARTITIONS; partition++) {
        parts.add(begin(now, partition));
      }
      image = now;
    }
    return now;
  }

  private Part begin(OpenImage open, int partition) throws IOException, InterruptedException {
    open.partitionGate(partition).tryExclusive(Duration.ZERO);
    PartitionState state = open.openState(partition);
    long next = state.nextRecordOffset().orElse(startOf(newestKeyframe(), partition));
    if (state.nextRecordOffset().isEmpty()) {
      state.advanceTo(next);
    }
    PageApplier applier =
        new PageApplier(open.ram(), open.layout(), open.striping(), partition, state);
    return new Part(partition, state, applier, next);
  }

  private Optional<RecordedCheckpoint> newestKeyframe() {
    return vm.history().newest().flatMap(newest -> vm.history().keyframeFor(newest.number()));
  }

  private long startOf(Optional<RecordedCheckpoint> keyframe, int partition) {
    return keyframe
        .map(it -> it.manifest().partitions().get(partition).startRecordOffset())
        .orElse(vm.begin(partition));
  }

  private void deliver(Part part, int records) throws IOException, InterruptedException {
    OpenImage open = open();
    try (FileGate.Hold held = open.gate().shared()) {
      long end = gate(stateOf(open), part.partition);
      if (part.next < Math.min(end, vm.begin(part.partition))) {
        part.next = startOf(newestKeyframe(), part.partition);
        part.state.skipTo(part.next);
      }
      if (part.next < end) {
        new ImageComposer(open.ram(), open.layout()).destroyMagicIfThere();
      }
      for (int record = 0; record < records && part.next < end; record++) {
        part.applier.apply(vm.event(part.partition, part.next++));
      }
    }
  }

  /** Exclusive. */
  private long gate(ControlState state, int partition) {
    if (state instanceof ControlState.Sealed) {
      return 0;
    }
    Optional<RecordedCheckpoint> target =
        state instanceof ControlState.Applying applying
            ? vm.history().checkpoint(applying.checkpoint()).or(vm.history()::newest)
            : vm.history().newest();
    return target
        .map(it -> it.manifest().partitions().get(partition).endRecordOffset())
        .orElse(vm.end(partition));
  }

  private static void force(Part part) throws IOException {
    if (part.state.nextRecordOffset().orElseThrow() < part.next) {
      part.applier.advanceTo(part.next);
    }
  }

  /** One step of the sealer. */
  void seal() throws IOException, InterruptedException {
    Optional<RecordedCheckpoint> newest = vm.history().newest();
    if (newest.isEmpty()) {
      return;
    }
    OpenImage open = open();
    Sealer sealer = new Sealer(open, listener);
    ControlState state = stateOf(open);
    if (state instanceof ControlState.Applying applying) {
      Optional<RecordedCheckpoint> wanted = vm.history().checkpoint(applying.checkpoint());
      if (wanted.isEmpty() || !isSealed(sealer, wanted.get()) && isOlder(state, newest.get())) {
        sealer.begin(applying, newest.get());
      }
    } else if (isOlder(state, newest.get())) {
      sealer.begin(state, newest.get());
    }
  }

  private static boolean isOlder(ControlState state, RecordedCheckpoint newest) {
    long reached =
        state instanceof ControlState.Applying applying
            ? applying.checkpoint()
            : state instanceof ControlState.Sealed sealed ? sealed.checkpoint() : 0;
    return reached < newest.number();
  }

  /** Returns false when only a later one can be sealed. */
  private boolean isSealed(Sealer sealer, RecordedCheckpoint wanted)
      throws IOException, InterruptedException {
    byte[] deviceState = vm.moments().get(wanted.number()).deviceState();
    SealProgress progress;
    try {
      progress = sealer.trySeal(wanted, ByteBuffer.wrap(deviceState));
    } catch (DigestMismatchException e) {
      if (wanted.number() == vm.newest()) {
        throw e;
      }
      return false;
    }
    if (progress instanceof SealProgress.Done) {
      site.promote(ScriptedVm.VM);
    }
    return !(progress instanceof SealProgress.Overtaken);
  }

  private static ControlState stateOf(OpenImage open) throws IOException {
    return open.control().read().map(Control::state).orElseThrow();
  }
}
