package dev.ramtide.sink.restore;

import dev.ramtide.integrity.PageDigest;
import dev.ramtide.integrity.PageHasher;
import dev.ramtide.mappedram.MappedRamIndex;
import dev.ramtide.mappedram.PositionalBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * One thread's share in the proof of an image: the digest of the pages that were dealt to it. The
 * XOR of all shares is the digest of the image, however they were dealt. One owner thread until it
 * has ended, then whoever waited for that.
 */
final class PageReading implements SideBySide.Share {
  /** Read at a time; small enough to be in the core's own cache still when it is hashed. */
  static final int CHUNK_BYTES = 256 << 10;

  private final PositionalBytes file;
  private final MappedRamIndex index;
  private final PresentPages pages;
  private final PageHasher hasher = new PageHasher();
  private final ByteBuffer chunk;
  private PageDigest digest = PageDigest.ZERO;
  private long dataPageCount;

  /**
   * @param index of that file
   * @param pages of it, in runs of at most {@link #CHUNK_BYTES}
   */
  PageReading(PositionalBytes file, MappedRamIndex index, PresentPages pages) {
    this.file = file;
    this.index = index;
    this.pages = pages;
    this.chunk = ByteBuffer.allocate(CHUNK_BYTES);
  }

  PageDigest digest() {
    return digest;
  }

  long dataPageCount() {
    return dataPageCount;
  }

  @Override
  public void run() throws IOException {
    Optional<PresentPages.Run> next = pages.next();
    while (next.isPresent()) {
      read(next.get());
      next = pages.next();
    }
  }

  @Override
  public void stop() {
    pages.stop();
  }

  private void read(PresentPages.Run run) throws IOException {
    int pageBytes = index.memory().pageBytes();
    chunk.clear().limit(run.pageCount() * pageBytes);
    file.readFully(index.fileOffsetOfPage(run.block(), run.firstPage()), chunk);
    for (int i = 0; i < run.pageCount(); i++) {
      hasher.hash(run.block(), run.firstPage() + i, chunk.array(), i * pageBytes, pageBytes);
      PageDigest hash = new PageDigest(hasher.high(), hasher.low());
      digest = digest.xor(hash);
      dataPageCount += hash.equals(PageDigest.ZERO) ? 0 : 1;
    }
  }
}
