package dev.ramtide.producer.publish;

import dev.ramtide.checkpoint.DeviceStateChunk;
import dev.ramtide.checkpoint.DeviceStateSummary;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Cuts the device state of one checkpoint, which comes in pieces of any size, into chunks of one
 * size.
 */
final class DeviceStateChunks {
  /** Takes finished chunks; their bytes are valid until it returns. */
  interface ChunkHandler {
    void chunk(DeviceStateChunk chunk) throws IOException;
  }

  private final long epoch;
  private final long checkpoint;
  private final ChunkHandler handler;
  private final ByteBuffer chunk = ByteBuffer.allocate(DeviceStateChunk.MAX_PLAIN_BYTES);
  private final CRC32C checksum = new CRC32C();
  private long bytes;
  private int chunkCount;

  DeviceStateChunks(long epoch, long checkpoint, ChunkHandler handler) {
    this.epoch = epoch;
    this.checkpoint = checkpoint;
    this.handler = handler;
  }

  void add(ByteBuffer piece) throws IOException {
    ByteBuffer rest = piece.duplicate();
    bytes += rest.remaining();
    if (bytes > DeviceStateSummary.MAX_BYTES) {
      throw new IOException(
          "the guest's device state is longer than "
              + DeviceStateSummary.MAX_BYTES
              + " bytes: a device of it cannot be captured, such as one passed through");
    }
    checksum.update(rest.duplicate());
    while (rest.hasRemaining()) {
      int length = Math.min(rest.remaining(), chunk.remaining());
      chunk.put(rest.slice(rest.position(), length));
      rest.position(rest.position() + length);
      if (!chunk.hasRemaining()) {
        finishChunk();
      }
    }
  }

  /** Hands on what is left; the device state is complete. */
  DeviceStateSummary end() throws IOException {
    if (chunk.position() > 0) {
      finishChunk();
    }
    return new DeviceStateSummary(bytes, chunkCount, (int) checksum.getValue());
  }

  private void finishChunk() throws IOException {
    handler.chunk(new DeviceStateChunk(epoch, checkpoint, chunkCount++, chunk.flip()));
    chunk.clear();
  }
}
