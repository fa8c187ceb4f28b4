package dev.ramtide.sink.restore;

import dev.ramtide.guest.GuestMemoryMap;
import dev.ramtide.integrity.PageDigest;
import dev.ramtide.integrity.PageHasher;
import dev.ramtide.mappedram.MappedRamIndex;
import dev.ramtide.mappedram.PageBitmap;
import dev.ramtide.mappedram.PositionalBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.LongConsumer;

/**
 * Recomputes the digest of a mapped-ram file, whoever wrote it: reads what QEMU would read and
 * nothing of the sink's own tables.
 */
public final class ImageVerifier {
  private static final int CHUNK_BYTES = 1 << 20;

  private final PositionalBytes file;
  private final LongConsumer pagesDone;
  private final PageHasher hasher = new PageHasher();
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
   * @throws IOException also when the file is no complete mapped-ram file; the message names the
   *     place
   */
  public ImageProof verify() throws IOException {
    MappedRamIndex index = MappedRamIndex.read(file);
    GuestMemoryMap memory = index.memory();
    long before = 0;
    for (int block = 0; block < memory.blockCount(); block++) {
      verifyBlock(index, block, before);
      before += memory.pageCount(block);
    }
    pagesDone.accept(before);
    long deviceStateBytes = index.fileBytes() - index.deviceStateFileOffset();
    return new ImageProof(
        digest,
        index.preamble().machineType(),
        memory.pageCount(),
        dataPageCount,
        deviceStateBytes);
  }

  /**
   * Verifies, and compares with the digest of a checkpoint.
   *
   * @throws IOException also when they differ
   */
  public ImageProof prove(long checkpoint, PageDigest expected) throws IOException {
    ImageProof proof = verify();
    if (!proof.digest().equals(expected)) {
      throw new IOException(
          file
              + " has the digest "
              + proof.digest()
              + ", the manifest of checkpoint "
              + checkpoint
              + " says "
              + expected
              + ": the disk did not keep what was written, or somebody changed it");
    }
    return proof;
  }

  private void verifyBlock(MappedRamIndex index, int block, long pagesBefore) throws IOException {
    int pageBytes = index.memory().pageBytes();
    long pageCount = index.memory().pageCount(block);
    PageBitmap bitmap = index.bitmap(file, block);
    ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
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
