package dev.ramtide.encryption;

import dev.ramtide.checkpoint.CheckpointManifest;
import dev.ramtide.checkpoint.DeviceStateChunk;
import dev.ramtide.checkpoint.DirtyPages;
import java.nio.ByteBuffer;

/**
 * The nonces of a data key, counted and not drawn (NIST SP 800-38D, 8.2.1): an epoch has one writer
 * and a key of its own, and nothing in it is numbered twice.
 *
 * <pre>
 *   kind:1 (1 pages, 2 device state, 3 manifest) | chunk index:3 | sequence or checkpoint:8
 * </pre>
 */
record Nonce(byte[] bytes) {
  private static final int BYTES = 12;
  private static final int MAX_CHUNK_INDEX = (1 << 24) - 1;

  static Nonce of(DirtyPages event) {
    return of(1, 0, event.version().sequence());
  }

  static Nonce of(DeviceStateChunk chunk) {
    return of(2, chunk.chunkIndex(), chunk.checkpoint());
  }

  static Nonce of(CheckpointManifest manifest) {
    return of(3, 0, manifest.checkpoint());
  }

  private static Nonce of(int kind, int chunkIndex, long number) {
    if (chunkIndex > MAX_CHUNK_INDEX) {
      throw new IllegalArgumentException("chunk " + chunkIndex + " has no nonce");
    }
    ByteBuffer bytes = ByteBuffer.allocate(BYTES);
    return new Nonce(bytes.putInt(kind << 24 | chunkIndex).putLong(number).array());
  }
}
