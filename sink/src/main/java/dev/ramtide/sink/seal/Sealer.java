package dev.ramtide.sink.seal;

import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.checkpoint.PartitionCut;
import dev.ramtide.checkpoint.RecordedCheckpoint;
import dev.ramtide.sink.state.Control;
import dev.ramtide.sink.state.ControlState;
import dev.ramtide.sink.state.FileGate;
import dev.ramtide.sink.state.OpenImage;
import dev.ramtide.sink.state.PartitionStates;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Moves an image from one checkpoint to the next.
 *
 * <pre>
 *   begin(n)  exclusive lock | listener | magic destroyed, forced | control := APPLYING n | lock released
 *             partitions, each under the shared lock, run to the end of n
 *   trySeal   exclusive lock | every state at the end of n | digests | headers, bitmaps, device state | forced
 *             | magic | forced | control := SEALED n | listener | lock released
 * </pre>
 *
 * A crash between any two steps leaves either the sealed checkpoint or a file that QEMU refuses,
 * and every step can be repeated by the next owner.
 *
 * <p>One owner thread.
 */
@SuppressWarnings("try") // A held lock is closed, and not looked at.
public final class Sealer {
  private static final Duration PATIENCE = Duration.ofMillis(200);

  private final OpenImage image;
  private final ImageComposer composer;
  private final ImageListener listener;

  public Sealer(OpenImage image, ImageListener listener) {
    this.image = image;
    this.composer = new ImageComposer(image.ram(), image.layout());
    this.listener = listener;
  }

  /**
   * Lets the partitions run to the end of a checkpoint.
   *
   * @param expected what the image was when the caller decided
   * @return false when somebody holds the image, or it is no longer what was expected: look again
   */
  public boolean begin(ControlState expected, RecordedCheckpoint target)
      throws IOException, InterruptedException {
    Optional<FileGate.Hold> hold = image.gate().tryExclusive(PATIENCE);
    if (hold.isEmpty()) {
      return false;
    }
    try (FileGate.Hold held = hold.get()) {
      Control control = image.control().read().orElseThrow();
      if (!image.isInPlace() || !control.state().equals(expected)) {
        return false; // Another sealer was here; a stopped process may wake up with an old decision
        // in its hand, and with an image whose paths are another one's by now.
      }
      ControlState next = expected.apply(target.number());
      // Nobody may read of a checkpoint that is no longer there: said first, and on disk.
      listener.imageIs(image.paths(), next, target);
      // The magic before the permission to write: as soon as control says APPLYING a partition of
      // another process may
      // change pages, and no QEMU may load the file from then on.
      composer.destroyMagic();
      image.control().write(control.to(next));
    }
    return true;
  }

  /**
   * Whether QEMU would load the file. One that is sealed may not be: a sealer that dies as it
   * begins leaves {@code SEALED m} without magic.
   */
  public boolean isLoadable() throws IOException {
    return composer.hasMagic();
  }

  /**
   * Seals when every partition is there.
   *
   * @param deviceState of the checkpoint, already checked against its manifest
   * @throws DigestMismatchException what was applied is not the checkpoint
   */
  public SealProgress trySeal(RecordedCheckpoint target, ByteBuffer deviceState)
      throws IOException, InterruptedException {
    SealProgress before = progress(target.manifest());
    if (!(before instanceof SealProgress.Done)) {
      return before;
    }
    Optional<FileGate.Hold> hold = image.gate().tryExclusive(PATIENCE);
    if (hold.isEmpty()) {
      return new SealProgress.Busy();
    }
    try (FileGate.Hold held = hold.get()) {
      Control control = image.control().read().orElseThrow();
      boolean stillOurs =
          image.isInPlace()
              && control.state() instanceof ControlState.Applying now
              && now.checkpoint() == target.number();
      SealProgress under = progress(target.manifest());
      if (!stillOurs || !(under instanceof SealProgress.Done)) {
        return stillOurs
            ? under
            : new SealProgress.Busy(); // Another sealer was here while we waited for the lock.
      }
      ControlState.Sealed sealed = new ControlState.Applying(target.number()).seal();
      seal(target.manifest(), deviceState);
      image.control().write(control.to(sealed));
      listener.imageIs(image.paths(), sealed, target);
      return under;
    }
  }

  private void seal(CheckpointManifest manifest, ByteBuffer deviceState) throws IOException {
    try (PartitionStates states = PartitionStates.open(image)) {
      ImageTables tables = ImageTables.read(image.striping(), image.layout(), states);
      List<Integer> different = differentPartitions(manifest, tables);
      if (!different.isEmpty()) {
        throw new DigestMismatchException(manifest.checkpoint(), different);
      }
      composer.compose(tables.bitmaps(), deviceState);
    }
  }

  /** The partitions whose digest is not the manifest's. */
  public static List<Integer> differentPartitions(CheckpointManifest manifest, ImageTables tables) {
    List<Integer> different = new ArrayList<>();
    for (int partition = 0; partition < manifest.partitions().size(); partition++) {
      if (!manifest.partitions().get(partition).digest().equals(tables.digests().get(partition))) {
        different.add(partition);
      }
    }
    return different;
  }

  private SealProgress progress(CheckpointManifest manifest) throws IOException {
    try (PartitionStates states = PartitionStates.open(image)) {
      List<Integer> waiting = new ArrayList<>();
      for (int partition = 0; partition < states.count(); partition++) {
        PartitionCut cut = manifest.partitions().get(partition);
        long next = states.get(partition).nextRecordOffset().orElse(-1);
        if (!states.get(partition).canEndAt(cut.endRecordOffset())) {
          return new SealProgress.Overtaken(partition);
        } else if (next < cut.endRecordOffset()) {
          waiting.add(partition);
        }
      }
      return waiting.isEmpty()
          ? new SealProgress.Done(manifest.checkpoint())
          : new SealProgress.Waiting(waiting);
    }
  }
}
