package dev.ramtide.sink.state;

import dev.ramtide.sink.image.StorageFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * A small record that is old or new after a crash, never a mixture.
 *
 * <pre>
 *   slot A, slot B, 512 bytes each (a sector), written in turn:
 *   magic:8  generation:8  payload  zeros  CRC-32C of the 508 bytes before:4
 * </pre>
 *
 * The slot with the higher generation counts; the other one is the next to be written. A slot that
 * was torn has a wrong checksum, and then the older one still counts.
 *
 * <p>One owner thread.
 */
final class DurableRecord {
  /** Both slots. */
  static final int BYTES = 1024;

  static final int MAX_PAYLOAD_BYTES = 512 - 8 - 8 - 4;

  private static final int SLOT_BYTES = 512;

  private final StorageFile file;
  private final long magic;
  private long generation;

  /** The record at the beginning of {@code file}. */
  DurableRecord(StorageFile file, long magic) {
    this.file = file;
    this.magic = magic;
  }

  /**
   * The newest payload ({@link #MAX_PAYLOAD_BYTES}, zero-filled), or nothing when none was ever
   * completely written.
   */
  Optional<ByteBuffer> read() throws IOException {
    // Of a file that was cut off what is there counts, else an older slot would come back later.
    ByteBuffer slots = ByteBuffer.allocate(BYTES);
    file.readFully(0, slots.limit((int) Math.min(BYTES, file.size())));
    slots.limit(BYTES);
    Optional<ByteBuffer> newest = Optional.empty();
    generation = 0;
    for (int at = 0; at < BYTES; at += SLOT_BYTES) {
      ByteBuffer slot = slots.slice(at, SLOT_BYTES);
      if (isWhole(slot) && slot.getLong(8) > generation) {
        generation = slot.getLong(8);
        newest = Optional.of(slot.slice(16, MAX_PAYLOAD_BYTES));
      }
    }
    if (generation == Long.MAX_VALUE) {
      throw new IOException(
          file
              + " is damaged: no generation is newer than its "
              + generation
              + "; remove the image's directory, the image is filled again from the log");
    }
    return newest;
  }

  /**
   * Writes a new payload and returns when it is on disk. Call {@link #read} before the first time.
   */
  void write(ByteBuffer payload) throws IOException {
    generation++;
    ByteBuffer slot = ByteBuffer.allocate(SLOT_BYTES);
    slot.putLong(magic).putLong(generation).put(payload);
    slot.putInt(SLOT_BYTES - 4, checksum(slot));
    if (file.size() < BYTES) {
      file.resize(BYTES);
    }
    file.writeFully(generation % 2 * SLOT_BYTES, slot.rewind());
    file.force();
  }

  private boolean isWhole(ByteBuffer slot) {
    return slot.getLong(0) == magic && slot.getInt(SLOT_BYTES - 4) == checksum(slot);
  }

  private static int checksum(ByteBuffer slot) {
    CRC32C crc = new CRC32C();
    crc.update(slot.duplicate().position(0).limit(SLOT_BYTES - 4));
    return (int) crc.getValue();
  }
}
