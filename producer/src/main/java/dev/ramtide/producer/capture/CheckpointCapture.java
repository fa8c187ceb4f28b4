package dev.ramtide.producer.capture;

import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.checkpoint.HookOutcome;
import dev.ramtide.producer.stream.GuestPause;
import dev.ramtide.producer.stream.GuestStateHandler;
import dev.ramtide.producer.stream.MachineDescription;
import dev.ramtide.producer.stream.MachineDescription.Coverage;
import dev.ramtide.producer.stream.PageComparison;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One capture on its way from the source into the log. */
final class CheckpointCapture implements GuestStateHandler, Confirmation {
  private final CaptureSession session;
  private final CaptureSource source;
  private final CaptureProgress progress;
  private @Nullable GuestEpoch guest;
  private @Nullable CheckpointManifest manifest;
  private volatile @Nullable HookRun hookRun;

  /** What became of the hook, and the number that it was told. */
  private record HookRun(long checkpoint, HookOutcome outcome) {}

  CheckpointCapture(CaptureSession session, CaptureSource source, CaptureProgress progress) {
    this.session = session;
    this.progress = progress;
    this.source = source;
  }

  /** Whether anything of the capture may be in the log. */
  boolean begun() {
    return guest != null;
  }

  /** Whether it is in the log and counts, whatever comes after that. */
  boolean isSafe() {
    return manifest != null;
  }

  @Override
  public Coverage machine(MachineDescription machine) throws IOException {
    if (guest != null) {
      throw new IllegalStateException("one capture, one machine");
    }
    MemoryNeed.require(machine.memory(), source.readingMemory());
    GuestEpoch epoch = session.epochOf(machine);
    guest = epoch;
    Coverage needed = epoch.begin(session.checkpoint(), source, machine.coverage());
    progress.isNumbered(session.checkpoint()); // Another machine begins another epoch.
    progress.transfers(machine.memory().pageCount(), machine.memory().pageBytes());
    return needed;
  }

  @Override
  public PageComparison comparison() {
    return guest().filter().comparison();
  }

  @Override
  public void paused(GuestPause pause) throws InterruptedException {
    Optional<PauseHook> hook = session.options().hook();
    if (hook.isPresent()) {
      long checkpoint = session.checkpoint();
      Map<String, String> facts =
          Map.of(
              "RAMTIDE_CHECKPOINT", Long.toString(checkpoint),
              "RAMTIDE_LABEL", session.options().label(),
              "RAMTIDE_MODE", pause.mode().name().toLowerCase(Locale.ROOT),
              "RAMTIDE_PAUSE_TIME", pause.since().toString());
      hookRun = new HookRun(checkpoint, hook.get().run(facts));
    }
  }

  @Override
  public void page(int block, long pageIndex, byte[] buffer, int at) throws IOException {
    guest().filter().page(block, pageIndex, buffer, at);
    progress.delivered(1);
  }

  @Override
  public void zeroPages(int block, long firstPage, long pageCount) throws IOException {
    guest().filter().zeroPages(block, firstPage, pageCount);
    progress.delivered(pageCount);
  }

  @Override
  public void deviceState(ByteBuffer bytes) throws IOException {
    guest();
    session.log().deviceState(bytes);
  }

  @Override
  public void complete(CaptureFacts facts) throws IOException {
    HookRun run = hookRun;
    if (run != null && run.checkpoint() != session.checkpoint()) {
      throw new IOException(
          "the pause hook ran for checkpoint "
              + run.checkpoint()
              + ", which another agent took meanwhile: this one would be "
              + session.checkpoint());
    }
    Optional<HookOutcome> outcome = Optional.ofNullable(run).map(HookRun::outcome);
    CheckpointManifest counts = guest().complete(session.checkpoint(), facts, outcome, progress);
    manifest = counts;
    session.completed(counts, progress);
  }

  /** Of the checkpoint, which is in the log. */
  CheckpointManifest manifest() {
    CheckpointManifest completed = manifest;
    if (completed == null) {
      throw new IllegalStateException("the source returned without a checkpoint");
    }
    return completed;
  }

  private GuestEpoch guest() {
    GuestEpoch known = guest;
    if (known == null) {
      throw new IllegalStateException(
          "the source must say what machine it is before anything else");
    }
    return known;
  }
}
