package dev.ramtide.sink.image;

import dev.ramtide.mappedram.MappedRamIndex;
import dev.ramtide.mappedram.PageBitmap;
import dev.ramtide.mappedram.PositionalBytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.LongConsumer;

/**
 * Copies a mapped-ram file into an empty one, holes staying holes: what no bitmap vouches for is
 * not read, and what is zero is not written.
 */
public final class SparseCopy {
  private static final int CHUNK_BYTES = 1 << 20;
  private static final int GRAIN_BYTES = 4096;

  private final PositionalBytes from;
  private final StorageFile into;
  private final LongConsumer bytesDone;
  private final ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
  private long bytes;

  /**
   * @param into an empty file
   * @param bytesDone is told now and then how many bytes were looked at
   */
  public SparseCopy(PositionalBytes from, StorageFile into, LongConsumer bytesDone) {
    this.from = from;
    this.into = into;
    this.bytesDone = bytesDone;
  }

  /** Copies all; the file is then on disk and as long as the other. */
  public void run(MappedRamIndex index) throws IOException {
    long behindPages = 0;
    for (int block = 0; block < index.memory().blockCount(); block++) {
      long pagesAt = index.places().get(block).pagesFileOffset();
      copy(behindPages, pagesAt);
      PageBitmap bitmap = index.bitmap(from, block);
      long page = bitmap.nextSet(0);
      while (page < bitmap.pageCount()) {
        long end = bitmap.nextClear(page);
        copy(index.fileOffsetOfPage(block, page), index.fileOffsetOfPage(block, end));
        page = bitmap.nextSet(end);
      }
      behindPages = pagesAt + index.memory().block(block).usedLength();
    }
    copy(behindPages, index.fileBytes());
    into.resize(index.fileBytes());
    into.force();
  }

  private void copy(long begin, long end) throws IOException {
    for (long at = begin; at < end; at += CHUNK_BYTES) {
      chunk.clear().limit((int) Math.min(CHUNK_BYTES, end - at));
      from.readFully(at, chunk);
      writeWhatIsNotZero(at, chunk.limit());
      bytes += chunk.limit();
      bytesDone.accept(bytes);
    }
  }

  private void writeWhatIsNotZero(long fileOffset, int count) throws IOException {
    int at = 0;
    while (at < count) {
      int begin = at;
      while (at < count && !isZero(at, count)) {
        at += GRAIN_BYTES;
      }
      int end = Math.min(at, count);
      if (end > begin) {
        into.writeFully(fileOffset + begin, chunk.slice(begin, end - begin));
      } else {
        at += GRAIN_BYTES;
      }
    }
  }

  private boolean isZero(int at, int count) {
    int end = Math.min(at + GRAIN_BYTES, count);
    for (int i = at; i < end; i++) {
      if (chunk.get(i) != 0) {
        return false;
      }
    }
    return true;
  }
}
