package dev.ramtide.encryption;

import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.checkpoint.DeviceStateChunk;
import dev.ramtide.checkpoint.DirtyPages;
import dev.ramtide.checkpoint.EpochStarted;
import dev.ramtide.checkpoint.HookOutcome;
import dev.ramtide.checkpoint.HostReads;
import dev.ramtide.checkpoint.PartitionCut;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.checkpoint.WrappedKey;
import dev.ramtide.guest.PageRange;
import dev.ramtide.guest.RamBlock;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.UUID;

/**
 * The associated data of each ciphertext: all that is said in the clear about it and where it
 * belongs, so that it is worth nothing anywhere else. Fields, not their Avro encoding: a later
 * schema may encode them differently.
 *
 * <pre>
 *   what:text vm:text | fields in the order of their record, big-endian
 *   text = length:4 UTF-8; optional = 0:1, or 1:1 value; list = count:4 items
 *   instant = milliseconds:8, as the wire has it
 * </pre>
 */
final class Binding {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
  private final DataOutputStream out = new DataOutputStream(bytes);

  private Binding() {}

  private interface Fields {
    void write(Binding binding) throws IOException;
  }

  private static byte[] of(String what, VmId vm, Fields fields) {
    Binding binding = new Binding();
    try {
      binding.text(what);
      binding.text(vm.name());
      fields.write(binding);
      binding.out.flush();
    } catch (IOException e) {
      throw new IllegalStateException("writing to memory failed", e);
    }
    return binding.bytes.toByteArray();
  }

  /** Of the bytes of an event's pages. */
  static byte[] ofPages(VmId vm, DirtyPages event) {
    return of(
        "ramtide pages 1",
        vm,
        to -> {
          to.out.writeLong(event.version().epoch());
          to.out.writeLong(event.version().sequence());
          to.out.writeLong(event.checkpoint());
          to.out.writeInt(event.block());
          to.out.writeInt(event.ranges().size());
          for (PageRange range : event.ranges()) {
            to.out.writeLong(range.firstPage());
            to.out.writeInt(range.pageCount());
            to.text(range.kind().name());
          }
        });
  }

  static byte[] ofDeviceState(VmId vm, DeviceStateChunk chunk) {
    return of(
        "ramtide device state 1",
        vm,
        to -> {
          to.out.writeLong(chunk.epoch());
          to.out.writeLong(chunk.checkpoint());
          to.out.writeInt(chunk.chunkIndex());
        });
  }

  /** Of a data key: with it the layout by which pages are placed is authentic. */
  static byte[] ofKey(VmId vm, EpochStarted started, WrappedKey key) {
    return of(
        "ramtide epoch 1",
        vm,
        to -> {
          to.out.writeLong(started.epoch());
          to.instant(started.time());
          to.text(started.source().name());
          to.text(started.qemuVersion());
          to.text(started.machineType());
          to.out.writeInt(started.memory().pageBytes());
          to.out.writeInt(started.stripePages());
          to.out.writeInt(started.partitionCount());
          to.out.writeInt(started.memory().blocks().size());
          for (RamBlock block : started.memory().blocks()) {
            to.text(block.name());
            to.out.writeLong(block.usedLength());
          }
          to.bytes(started.preamble());
          to.uuid(started.topicIds().pages());
          to.uuid(started.topicIds().checkpoints());
          to.text(key.keyId());
          to.out.writeBoolean(key.compressed());
        });
  }

  /** Of a manifest's proof: digests and the checksum of the device state are what is encrypted. */
  static byte[] ofManifest(VmId vm, CheckpointManifest manifest) {
    return of(
        "ramtide manifest 1",
        vm,
        to -> {
          to.out.writeLong(manifest.checkpoint());
          to.out.writeLong(manifest.epoch());
          to.out.writeBoolean(manifest.keyframe());
          to.text(manifest.label());
          to.text(manifest.mode().name());
          to.times(manifest);
          to.out.writeInt(manifest.partitions().size());
          for (PartitionCut cut : manifest.partitions()) {
            to.out.writeLong(cut.startRecordOffset());
            to.out.writeLong(cut.endRecordOffset());
          }
          to.out.writeLong(manifest.deviceState().bytes());
          to.out.writeInt(manifest.deviceState().chunkCount());
          to.counts(manifest);
          to.outcomes(manifest);
          to.out.writeLong(manifest.endSequence().orElse(-1));
        });
  }

  private void times(CheckpointManifest manifest) throws IOException {
    instant(manifest.times().start());
    instant(manifest.times().pause());
    instant(manifest.times().resume());
    instant(manifest.times().complete());
    out.writeLong(manifest.times().pauseLength().toNanos() / 1000);
  }

  private void counts(CheckpointManifest manifest) throws IOException {
    out.writeLong(manifest.counts().scanned());
    out.writeLong(manifest.counts().zero());
    out.writeLong(manifest.counts().unchanged());
    out.writeLong(manifest.counts().published());
    out.writeLong(manifest.counts().publishedBytes());
  }

  private void outcomes(CheckpointManifest manifest) throws IOException {
    out.writeBoolean(manifest.hook().isPresent());
    if (manifest.hook().isPresent()) {
      HookOutcome hook = manifest.hook().get();
      text(hook.result().name());
      out.writeInt(hook.exitCode());
      out.writeLong(hook.length().toNanos() / 1000);
      text(hook.output());
    }
    out.writeBoolean(manifest.hostReads().isPresent());
    if (manifest.hostReads().isPresent()) {
      HostReads reads = manifest.hostReads().get();
      out.writeLong(reads.marked());
      out.writeLong(reads.firstPass());
      out.writeLong(reads.audited());
    }
  }

  private void text(String text) throws IOException {
    bytes(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
  }

  private void bytes(ByteBuffer from) throws IOException {
    byte[] copy = new byte[from.remaining()];
    from.duplicate().get(copy);
    out.writeInt(copy.length);
    out.write(copy);
  }

  private void instant(Instant instant) throws IOException {
    out.writeLong(instant.toEpochMilli());
  }

  private void uuid(UUID id) throws IOException {
    out.writeLong(id.getMostSignificantBits());
    out.writeLong(id.getLeastSignificantBits());
  }
}
