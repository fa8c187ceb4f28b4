package dev.ramtide.sink.state;

import dev.ramtide.sink.image.StorageFile;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * How far a partition is in its image, and which version every one of its pages has.
 *
 * <pre>
 *   0     DurableRecord: identity:32 pages topic id:16 partition:4 slotCount:8 nextRecordOffset:8
 *         firstRecordOffset:8
 *   4096  slotCount x PageEntry
 * </pre>
 *
 * After a crash the table may be ahead of the image's bytes, never behind {@code nextRecordOffset}:
 * what comes after that offset is delivered again, and an entry that is not newer lets it be
 * written again.
 *
 * <p>One owner thread, which holds the partition's lock; others may read while nobody writes.
 */
public final class PartitionState implements Closeable {
  private static final long MAGIC = 0x52414D5449444550L; // "RAMTIDEP"
  private static final int TABLE_OFFSET = 4096;

  /**
   * Put as a piece: all entries of a first checkpoint come from here, by code that is still cold.
   */
  private static final byte[] NEVER_WRITTEN = new byte[128 * PageEntry.BYTES];

  private final StorageFile file;
  private final DurableRecord header;
  private final ByteBuffer fixed;
  private final long slotCount;
  private OptionalLong nextRecordOffset;
  private long firstRecordOffset;

  /** Whose state a file holds; a file that says otherwise is refused. */
  public record Owner(ImageIdentity identity, UUID pagesTopicId, int partition, long slotCount) {
    ByteBuffer encode() {
      ByteBuffer bytes = ByteBuffer.allocate(ImageIdentity.BYTES + 16 + 4 + 8);
      identity.write(bytes);
      bytes
          .putLong(pagesTopicId.getMostSignificantBits())
          .putLong(pagesTopicId.getLeastSignificantBits());
      return bytes.putInt(partition).putLong(slotCount).flip();
    }
  }

  private PartitionState(
      StorageFile file, DurableRecord header, Owner owner, OptionalLong nextRecordOffset) {
    this.file = file;
    this.header = header;
    this.fixed = owner.encode();
    this.slotCount = owner.slotCount();
    this.nextRecordOffset = nextRecordOffset;
  }

  /**
   * @param file owned by the state from now on
   * @throws IOException also when the file is another image's or topic's
   */
  public static PartitionState open(StorageFile file, Owner owner) throws IOException {
    DurableRecord header = new DurableRecord(file, MAGIC);
    ByteBuffer expected = owner.encode();
    OptionalLong next = OptionalLong.empty();
    long first = 0;
    ByteBuffer found = header.read().orElse(null);
    if (found != null) {
      if (!found.slice(0, expected.remaining()).equals(expected)) {
        throw new IOException(
            "the state of partition "
                + owner.partition()
                + " belongs to another image or topic; "
                + "if the topic was created anew on purpose, remove the image's directory");
      }
      next = OptionalLong.of(found.getLong(expected.remaining()));
      first = found.getLong(expected.remaining() + Long.BYTES);
      if (next.getAsLong() < 0 || first < 0) {
        throw new IOException(
            "the state of partition "
                + owner.partition()
                + " is damaged: it goes from record "
                + first
                + " to "
                + next.getAsLong()
                + "; remove the image's directory, the image is filled again from the log");
      }
    }
    PartitionState state = new PartitionState(file, header, owner, next);
    state.firstRecordOffset = first;
    return state;
  }

  /**
   * The first record that is not certainly in the image, or nothing for a partition that was never
   * begun.
   */
  public OptionalLong nextRecordOffset() {
    return nextRecordOffset;
  }

  /**
   * Whether the image can be a checkpoint that ends at a record. It cannot be when the table began
   * behind that: with a later keyframe, of which the checkpoint has nothing.
   *
   * @param endRecordOffset exclusive
   */
  public boolean canEndAt(long endRecordOffset) {
    long next = nextRecordOffset.orElse(0);
    // A keyframe has every page, so where there are pages it ends behind its beginning.
    return next <= endRecordOffset && (slotCount == 0 || firstRecordOffset < endRecordOffset);
  }

  public long slotCount() {
    return slotCount;
  }

  /**
   * Fills {@code entries} from the table, beginning with a slot; what was never written is zeros.
   */
  public void readEntries(long firstSlot, ByteBuffer entries) throws IOException {
    long at = TABLE_OFFSET + firstSlot * PageEntry.BYTES;
    int present = (int) Math.max(0, Math.min(entries.remaining(), file.size() - at));
    int end = entries.limit();
    file.readFully(at, entries.limit(entries.position() + present));
    entries.limit(end);
    while (entries.hasRemaining()) {
      entries.put(NEVER_WRITTEN, 0, Math.min(NEVER_WRITTEN.length, entries.remaining()));
    }
  }

  public void writeEntries(long firstSlot, ByteBuffer entries) throws IOException {
    file.writeFully(TABLE_OFFSET + firstSlot * PageEntry.BYTES, entries);
  }

  /**
   * Vouches for everything before a record. The image must have been forced before.
   *
   * @param recordOffset the next record to apply
   */
  public void advanceTo(long recordOffset) throws IOException {
    // The table before the offset that vouches for it: else a crash between could leave entries
    // older than their pages,
    // and an old version, delivered late, would win.
    file.force();
    write(recordOffset, nextRecordOffset.isEmpty() ? recordOffset : firstRecordOffset);
  }

  /**
   * Goes on at a keyframe whose predecessors the log has no longer. The pages stay as they are, the
   * keyframe has every one of them; until then the image can be no checkpoint that ends before.
   *
   * @param recordOffset where the keyframe begins
   */
  public void skipTo(long recordOffset) throws IOException {
    file.force();
    write(recordOffset, recordOffset);
  }

  private void write(long recordOffset, long first) throws IOException {
    ByteBuffer payload = ByteBuffer.allocate(fixed.remaining() + 2 * Long.BYTES);
    payload.put(fixed.duplicate()).putLong(recordOffset).putLong(first);
    header.write(payload.flip());
    nextRecordOffset = OptionalLong.of(recordOffset);
    firstRecordOffset = first;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
