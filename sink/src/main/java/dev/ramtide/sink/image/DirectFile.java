package dev.ramtide.sink.image;

import com.sun.nio.file.ExtendedOpenOption;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file whose pages are written past the page cache of the system (O_DIRECT), through a channel of
 * its own. Each write waits for the disk: good for long runs of pages, slow for single ones.
 *
 * <pre>
 *   whole blocks, at multiples of a block,
 *   from aligned memory outside the heap       direct
 *   zeros, less than a punch                   direct
 *   everything else: odd places and sizes,     buffered, through the file beside
 *   holes, readings, size, force
 * </pre>
 *
 * <p><b>Direct and buffered on one file.</b> Linux writes back and drops what the cache has of a
 * range before it writes that range directly, and drops it once more afterwards. So a reader, of
 * any process, sees the direct bytes, and what one thread does one after the other stays in that
 * order. Only where one thread writes buffered <i>while</i> another writes directly, both in one
 * folio (a piece of the cache, up to 2 MiB), may the cache keep an old page; Linux then lets the
 * next fdatasync fail, which for us is a force that did not happen: the offset stays, and the
 * records are applied again. So where pages lie nothing is written buffered, which is why zeros are
 * written directly too; headers, bitmaps and device state, which are, lie elsewhere and are written
 * under the exclusive lock, when nobody writes pages. (But for the magic, which whoever finds one
 * that should be gone destroys under the shared lock.) A hole is punched by the kernel itself,
 * which waits for direct writes and drops the cache of the range.
 *
 * <p>A direct write is on its way past the cache, not on the disk for certain: the disk has a cache
 * too, and where a file grows or a hole is filled its blocks are known to the journal only. So
 * {@link #force} is the same fdatasync, it only finds less to do. The order on disk is what it was.
 */
public final class DirectFile implements StorageFile {
  /** QEMU puts pages at multiples of this, and no page of an x86 guest is smaller. */
  private static final int PAGE_BYTES = 4096;

  private static final ByteBuffer ZEROS =
      ByteBuffer.allocateDirect(ChannelFile.PUNCH_AT_LEAST_BYTES + PAGE_BYTES)
          .alignedSlice(PAGE_BYTES)
          .asReadOnlyBuffer();

  private final ChannelFile buffered;
  private final FileChannel direct;
  private final int blockBytes;

  private DirectFile(ChannelFile buffered, FileChannel direct, int blockBytes) {
    this.buffered = buffered;
    this.direct = direct;
    this.blockBytes = blockBytes;
  }

  /**
   * Opens a file once more.
   *
   * @param buffered the same file; stays its owner's, who closes it after this one
   * @throws IOException also when its file system cannot
   */
  public static DirectFile open(Path path, ChannelFile buffered) throws IOException {
    long blockBytes = Files.getFileStore(path).getBlockSize();
    if (blockBytes < 1 || PAGE_BYTES % blockBytes != 0) {
      throw new IOException("blocks of " + blockBytes + " bytes, which pages do not fill");
    }
    try {
      FileChannel channel = buffered.openAgain(StandardOpenOption.WRITE, ExtendedOpenOption.DIRECT);
      return new DirectFile(buffered, channel, (int) blockBytes);
    } catch (UnsupportedOperationException e) {
      throw new IOException("no direct writing: " + e.getMessage(), e);
    }
  }

  @Override
  public void writeFully(long fileOffset, ByteBuffer from) throws IOException {
    if (!isWhole(fileOffset, from.remaining()) || !isAligned(from)) {
      buffered.writeFully(fileOffset, from);
      return;
    }
    long at = fileOffset;
    while (from.hasRemaining()) {
      at += direct.write(from, at);
    }
  }

  private boolean isWhole(long fileOffset, long bytes) {
    return fileOffset % blockBytes == 0 && bytes % blockBytes == 0;
  }

  /** Java 17 would copy what is not, and fails with a NullPointerException as it frees the copy. */
  private boolean isAligned(ByteBuffer from) {
    return from.isDirect() && from.alignmentOffset(from.position(), blockBytes) == 0;
  }

  @Override
  public void erase(long fileOffset, long bytes) throws IOException {
    // Beyond the end there is nothing to erase, and the size must stay.
    if (bytes < ChannelFile.PUNCH_AT_LEAST_BYTES
        && isWhole(fileOffset, bytes)
        && fileOffset + bytes <= buffered.size()) {
      writeFully(fileOffset, ZEROS.duplicate().limit((int) bytes));
    } else {
      buffered.erase(fileOffset, bytes);
    }
  }

  @Override
  public void readFully(long fileOffset, ByteBuffer into) throws IOException {
    buffered.readFully(fileOffset, into);
  }

  @Override
  public long size() throws IOException {
    return buffered.size();
  }

  @Override
  public void resize(long fileBytes) throws IOException {
    buffered.resize(fileBytes);
  }

  @Override
  public void force() throws IOException {
    buffered.force();
  }

  @Override
  public void close() throws IOException {
    direct.close();
  }

  @Override
  public String toString() {
    return buffered.toString();
  }
}
