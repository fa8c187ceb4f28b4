package dev.ramtide.sink.restore;

import dev.ramtide.guest.GuestMemoryMap;
import dev.ramtide.integrity.PageDigest;
import dev.ramtide.integrity.PageHasher;
import dev.ramtide.mappedram.MappedRamIndex;
import dev.ramtide.mappedram.PageBitmap;
import dev.ramtide.mappedram.PositionalBytes;
import dev.ramtide.qemustream.MalformedStreamException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.LongConsumer;
import java.util.zip.CRC32C;

/**
 * Recomputes the digest of a mapped-ram file and the checksum of its device state, whoever wrote
 * it: reads what QEMU would read and nothing of the sink's own tables.
 */
public final class ImageVerifier {
  private static final int CHUNK_BYTES = 1 << 20;

  private final PositionalBytes file;
  private final LongConsumer pagesDone;
  private final PageHasher hasher = new PageHasher();
  private final ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
  private PageDigest digest = PageDigest.ZERO;
  private long dataPageCount;

  /**
   * @param pagesDone is told now and then how many pages have been looked at
   */
  public ImageVerifier(PositionalBytes file, LongConsumer pagesDone) {
    this.file = file;
    this.pagesDone = pagesDone;
  }

  /**
   * Reads the whole file, and what follows the memory too.
   *
   * @throws MalformedStreamException it is no complete mapped-ram file; the message names the place
   *     in it
   */
  public ImageProof verify() throws IOException {
    MappedRamIndex index = MappedRamIndex.read(file);
    requireComplete(index);
    GuestMemoryMap memory = index.memory();
    long before = 0;
    for (int block = 0; block < memory.blockCount(); block++) {
      verifyBlock(index, block, before);
      before += memory.pageCount(block);
    }
    pagesDone.accept(before);
    return new ImageProof(
        digest,
        index.preamble().machineType(),
        memory.pageCount(),
        dataPageCount,
        index.deviceStateBytes(),
        deviceStateChecksum(index));
  }

  /** A bitmap or a device state that is missing would be a guest without memory, or none. */
  private static void requireComplete(MappedRamIndex index) throws MalformedStreamException {
    if (!index.ramEndPresent() || index.deviceStateBytes() == 0) {
      throw new MalformedStreamException(
          index.deviceStateFileOffset(),
          index.ramEndPresent()
              ? "no device state follows the RAM: the file was cut off"
              : "the file's RAM has no end: an interrupted save");
    }
  }

  private int deviceStateChecksum(MappedRamIndex index) throws IOException {
    CRC32C crc = new CRC32C();
    for (long at = index.deviceStateFileOffset(); at < index.fileBytes(); at += CHUNK_BYTES) {
      chunk.clear().limit((int) Math.min(CHUNK_BYTES, index.fileBytes() - at));
      file.readFully(at, chunk);
      crc.update(chunk.flip());
    }
    return (int) crc.getValue();
  }

  private void verifyBlock(MappedRamIndex index, int block, long pagesBefore) throws IOException {
    int pageBytes = index.memory().pageBytes();
    long pageCount = index.memory().pageCount(block);
    PageBitmap bitmap = index.bitmap(file, block);
    long first = bitmap.nextSet(0);
    while (first >= 0 && first < pageCount) {
      long end = Math.min(bitmap.nextClear(first), first + CHUNK_BYTES / pageBytes);
      chunk.clear().limit((int) (end - first) * pageBytes);
      file.readFully(index.places().get(block).pagesFileOffset() + first * pageBytes, chunk);
      for (long page = first; page < end; page++) {
        hash(block, page, chunk.array(), (int) (page - first) * pageBytes, pageBytes);
      }
      pagesDone.accept(pagesBefore + end);
      first = end < pageCount ? bitmap.nextSet(end) : pageCount;
    }
  }

  private void hash(int block, long pageIndex, byte[] buffer, int at, int pageBytes) {
    hasher.hash(block, pageIndex, buffer, at, pageBytes);
    PageDigest hash = new PageDigest(hasher.high(), hasher.low());
    digest = digest.xor(hash);
    dataPageCount += hash.equals(PageDigest.ZERO) ? 0 : 1;
  }
}
