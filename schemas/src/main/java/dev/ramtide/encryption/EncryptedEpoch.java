package dev.ramtide.encryption;

import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.checkpoint.DeviceStateChunk;
import dev.ramtide.checkpoint.DirtyPages;
import dev.ramtide.checkpoint.EpochStarted;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.checkpoint.WrappedKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;

/** An epoch with a data key of its own, which is never written down but wrapped. */
public final class EncryptedEpoch implements EpochCipher {
  private final VmId vm;
  private final KeyService keys;
  private final boolean compressed;
  private final byte[] keyBytes = new byte[KeyService.DATA_KEY_BYTES];
  private final DataKey key;
  private long lastSequence = -1;
  private long lastCheckpoint;
  private long lastChunkCheckpoint;
  private int lastChunkIndex = -1;

  /**
   * @param compressed whether bytes are compressed first; how much smaller they become then tells
   *     about them
   */
  public EncryptedEpoch(VmId vm, KeyService keys, boolean compressed, SecureRandom random) {
    this.vm = vm;
    this.keys = keys;
    this.compressed = compressed;
    random.nextBytes(keyBytes);
    this.key = new DataKey(keyBytes);
  }

  /** The key is wrapped again each time: a later keyframe may be under a newer key. */
  @Override
  public EpochStarted encrypt(EpochStarted started) throws IOException {
    String keyId = keys.currentKeyId();
    WrappedKey draft = new WrappedKey(keyId, ByteBuffer.allocate(1), compressed);
    byte[] wrapped = keys.wrap(keyId, keyBytes.clone(), Binding.ofKey(vm, started, draft));
    return started.withEncryption(new WrappedKey(keyId, ByteBuffer.wrap(wrapped), compressed));
  }

  @Override
  public DirtyPages encrypt(DirtyPages event) {
    long sequence = event.version().sequence();
    requireNew(sequence > lastSequence, "sequence " + sequence);
    lastSequence = sequence;
    ByteBuffer encrypted =
        key.encrypt(
            Nonce.of(event).bytes(),
            Binding.ofPages(vm, event),
            packed(event.pages()),
            Scratch.ofThread());
    // The checksum is that of what travels: anybody can tell damage by it, and nobody more.
    return DirtyPages.of(
        event.version(), event.checkpoint(), event.block(), event.ranges(), encrypted);
  }

  @Override
  public DeviceStateChunk encrypt(DeviceStateChunk chunk) {
    requireNew(
        chunk.checkpoint() > lastChunkCheckpoint
            || chunk.checkpoint() == lastChunkCheckpoint && chunk.chunkIndex() > lastChunkIndex,
        "device state " + chunk.chunkIndex() + " of checkpoint " + chunk.checkpoint());
    lastChunkCheckpoint = chunk.checkpoint();
    lastChunkIndex = chunk.chunkIndex();
    ByteBuffer encrypted =
        key.encrypt(
            Nonce.of(chunk).bytes(),
            Binding.ofDeviceState(vm, chunk),
            packed(chunk.bytes()),
            Scratch.ofThread());
    return new DeviceStateChunk(chunk.epoch(), chunk.checkpoint(), chunk.chunkIndex(), encrypted);
  }

  @Override
  public CheckpointManifest encrypt(CheckpointManifest manifest) {
    requireNew(manifest.checkpoint() > lastCheckpoint, "checkpoint " + manifest.checkpoint());
    lastCheckpoint = manifest.checkpoint();
    ByteBuffer encrypted =
        key.encrypt(
            Nonce.of(manifest).bytes(),
            Binding.ofManifest(vm, manifest),
            ManifestProof.of(manifest),
            new Scratch()); // The manifest keeps it.
    return ManifestProof.hide(manifest, encrypted);
  }

  private ByteBuffer packed(ByteBuffer plain) {
    return compressed ? Packing.pack(plain) : plain;
  }

  /** A nonce that is used twice with one key gives both plain texts away. */
  private static void requireNew(boolean isNew, String what) {
    if (!isNew) {
      throw new IllegalStateException(what + " was encrypted before: its nonce is used up");
    }
  }
}
