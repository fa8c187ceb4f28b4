package dev.ramtide.encryption;

import dev.ramtide.checkpoint.CheckpointHistory;
import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.checkpoint.CheckpointRecord;
import dev.ramtide.checkpoint.DeviceStateChunk;
import dev.ramtide.checkpoint.DirtyPages;
import dev.ramtide.checkpoint.EpochStarted;
import dev.ramtide.checkpoint.VmId;
import dev.ramtide.checkpoint.WrappedKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import javax.crypto.AEADBadTagException;

/**
 * Reads what {@link EpochCipher} has written of one VM. The data key of an epoch is unwrapped when
 * its start is read, and kept for that very start: another one that only says the same epoch is
 * another thing.
 *
 * <p>Thread-safe.
 */
public final class EpochKeys {
  /** Epochs follow each other; a reader is rarely in more than two. */
  private static final int MOST_KEYS = 16;

  /** Whatever an event claims, no more is unpacked of it: no agent sends more. */
  private static final int MOST_PAGES_BYTES = 1 << 20;

  private final VmId vm;
  private final ReaderKeys keys;
  private boolean encryptedBefore;
  private final Map<EpochStarted, DataKey> ofStarts =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<EpochStarted, DataKey> eldest) {
          return size() > MOST_KEYS;
        }
      };

  public EpochKeys(VmId vm, ReaderKeys keys) {
    this.vm = vm;
    this.keys = keys;
  }

  /**
   * The next record of the checkpoints topic as it may be believed, a manifest with its digests.
   * With keys, only what their owner wrote is: every start and every manifest, also a repeated one,
   * since a later one moves the place up to which the log may be cut. Without keys all is as it is.
   *
   * @param history what was believed before it
   * @throws NotAuthenticException its agent did not write it
   * @throws MissingKeyException nobody can tell without a key that is not there
   */
  public CheckpointRecord believed(CheckpointRecord record, CheckpointHistory history)
      throws IOException {
    if (record instanceof EpochStarted started && keys.service().isPresent()) {
      believe(started);
    } else if (record instanceof CheckpointManifest manifest) {
      Optional<EpochStarted> started = history.epoch(manifest.epoch());
      boolean closed = !manifest.isOpen() && keys.service().isEmpty();
      // One of an epoch that nobody started does not count anyway.
      return started.isEmpty() || closed ? manifest : decrypted(manifest, started.get());
    }
    return record;
  }

  private void believe(EpochStarted started) throws IOException {
    if (started.encryption().isPresent()) {
      keyOf(started);
      setEncryptedBefore();
    } else if (!keys.allowUnencrypted() || isEncryptedBefore()) {
      throw inTheClear(started);
    }
  }

  private synchronized void setEncryptedBefore() {
    encryptedBefore = true;
  }

  private synchronized boolean isEncryptedBefore() {
    return encryptedBefore;
  }

  private NotAuthenticException inTheClear(EpochStarted started) {
    String what = "epoch " + started.epoch() + " of " + vm + " is not encrypted";
    return new NotAuthenticException(
        isEncryptedBefore()
            ? what + ", but one before it is: no agent of ours goes back, somebody else wrote this"
            : what
                + ", and with keys at hand nothing is believed that is not. If its agent ran without keys in the"
                + " beginning, say --allow-unencrypted: it holds up to the first epoch that is encrypted");
  }

  /**
   * @param started of the event's epoch
   * @return the event with the guest's bytes, valid until the next call of this thread
   * @throws NotAuthenticException it is not what the agent wrote
   * @throws MissingKeyException it cannot be read with the keys that are there
   */
  public DirtyPages decrypted(DirtyPages event, EpochStarted started) throws IOException {
    Optional<WrappedKey> encryption = required(started);
    if (encryption.isEmpty()) {
      return event;
    }
    if (!event.checksumMatches()) { // Accidents are not taken for forgery.
      throw new NotAuthenticException(
          "the checksum does not match: the event was damaged on its way");
    }
    ByteBuffer plain =
        decrypt(
            started,
            Nonce.of(event),
            Binding.ofPages(vm, event),
            event.pages(),
            Scratch.ofThread());
    if (encryption.get().compressed()) {
      long bytes = event.dataPageCount() * started.memory().pageBytes();
      plain = Packing.unpack(plain, (int) Math.min(bytes, MOST_PAGES_BYTES));
    }
    return DirtyPages.of(event.version(), event.checkpoint(), event.block(), event.ranges(), plain);
  }

  /** As {@link #decrypted(DirtyPages, EpochStarted)}. */
  public DeviceStateChunk decrypted(DeviceStateChunk chunk, EpochStarted started)
      throws IOException {
    Optional<WrappedKey> encryption = required(started);
    if (encryption.isEmpty()) {
      return chunk;
    }
    ByteBuffer plain =
        decrypt(
            started,
            Nonce.of(chunk),
            Binding.ofDeviceState(vm, chunk),
            chunk.bytes(),
            Scratch.ofThread());
    ByteBuffer bytes =
        encryption.get().compressed() ? Packing.unpack(plain, DeviceStateChunk.MAX_BYTES) : plain;
    return new DeviceStateChunk(chunk.epoch(), chunk.checkpoint(), chunk.chunkIndex(), bytes);
  }

  /**
   * A manifest with its digests.
   *
   * @param started of its epoch
   * @throws NotAuthenticException it is not what the agent wrote
   * @throws MissingKeyException it cannot be read with the keys that are there
   */
  public CheckpointManifest decrypted(CheckpointManifest manifest, EpochStarted started)
      throws IOException {
    Optional<WrappedKey> encryption = required(started);
    if (encryption.isEmpty()) {
      return manifest;
    } else if (manifest.isOpen()) {
      throw new NotAuthenticException(
          "the manifest of checkpoint "
              + manifest.checkpoint()
              + " is not encrypted, but its epoch is");
    }
    ByteBuffer proof =
        decrypt(
            started,
            Nonce.of(manifest),
            Binding.ofManifest(vm, manifest),
            manifest.encryptedProof().orElseThrow(),
            new Scratch());
    if (proof.remaining() != ManifestProof.bytes(manifest)) {
      throw new NotAuthenticException(
          "a proof of " + proof.remaining() + " bytes is not that of so many partitions");
    }
    return ManifestProof.reveal(manifest, proof);
  }

  /** How an epoch is encrypted, or that it need not be. */
  private Optional<WrappedKey> required(EpochStarted started) throws NotAuthenticException {
    if (started.encryption().isEmpty() && keys.service().isPresent() && !keys.allowUnencrypted()) {
      throw inTheClear(started);
    }
    return started.encryption();
  }

  private ByteBuffer decrypt(
      EpochStarted started, Nonce nonce, byte[] associated, ByteBuffer encrypted, Scratch into)
      throws IOException {
    try {
      return keyOf(started).decrypt(nonce.bytes(), associated, encrypted, into);
    } catch (AEADBadTagException e) {
      throw new NotAuthenticException(
          "it is not what the agent of epoch "
              + started.epoch()
              + " encrypted for this place: it was changed, moved here from elsewhere, or written by somebody else");
    }
  }

  private synchronized DataKey keyOf(EpochStarted started) throws IOException {
    DataKey known = ofStarts.get(started);
    if (known == null) {
      known = unwrap(started);
      ofStarts.put(started, known);
    }
    return known;
  }

  private DataKey unwrap(EpochStarted started) throws IOException {
    WrappedKey wrapped = started.encryption().orElseThrow();
    if (keys.service().isEmpty()) {
      throw new MissingKeyException(
          "epoch "
              + started.epoch()
              + " of "
              + vm
              + " is encrypted with key '"
              + wrapped.keyId()
              + "': give the file that has it with --encryption-keys, or its key service");
    }
    byte[] bytes = new byte[wrapped.wrapped().remaining()];
    wrapped.wrapped().get(bytes);
    byte[] key = ask(keys.service().get(), wrapped, bytes, Binding.ofKey(vm, started, wrapped));
    if (key.length != KeyService.DATA_KEY_BYTES) {
      throw new NotAuthenticException(
          "key '" + wrapped.keyId() + "' unwraps a data key of " + key.length + " bytes, not 32");
    }
    return new DataKey(key);
  }

  /** Whatever keeps a service from answering, it is the key that is missing. */
  private static byte[] ask(KeyService service, WrappedKey key, byte[] wrapped, byte[] context)
      throws MissingKeyException, NotAuthenticException {
    try {
      return service.unwrap(key.keyId(), wrapped, context);
    } catch (NotAuthenticException | MissingKeyException e) {
      throw e;
    } catch (IOException e) {
      throw new MissingKeyException(
          "key '" + key.keyId() + "' cannot be had: " + e.getMessage(), e);
    }
  }
}
