package dev.ramtide.sink.restore;

import dev.ramtide.integrity.PageDigest;
import dev.ramtide.mappedram.MappedRamIndex;
import dev.ramtide.mappedram.PositionalBytes;
import dev.ramtide.qemustream.MalformedStreamException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.function.LongToIntFunction;
import java.util.stream.Stream;
import java.util.zip.CRC32C;

/**
 * Recomputes the digest of a mapped-ram file and the checksum of its device state, whoever wrote
 * it: reads what QEMU would read and nothing of the sink's own tables. Threads share the reading.
 */
public final class ImageVerifier {
  private final PositionalBytes file;
  private final LongConsumer pagesDone;
  private final LongToIntFunction threads;

  /**
   * @param pagesDone is told now and then how many pages have been looked at, by one thread at a
   *     time
   */
  public ImageVerifier(PositionalBytes file, LongConsumer pagesDone) {
    this(file, pagesDone, SideBySide::threads);
  }

  /**
   * @param threads how many shall share the reading of so many pieces
   */
  ImageVerifier(PositionalBytes file, LongConsumer pagesDone, LongToIntFunction threads) {
    this.file = file;
    this.pagesDone = pagesDone;
    this.threads = threads;
  }

  /**
   * Reads the whole file, and what follows the memory too.
   *
   * @throws MalformedStreamException it is no complete mapped-ram file; the message names the place
   *     in it
   * @throws InterruptedException nothing is proven then, and nobody reads the file any more
   */
  public ImageProof verify() throws IOException, InterruptedException {
    MappedRamIndex index = MappedRamIndex.read(file);
    requireComplete(index);
    List<PageReading> readings = readPages(index);
    pagesDone.accept(index.memory().pageCount());
    return new ImageProof(
        readings.stream().map(PageReading::digest).reduce(PageDigest.ZERO, PageDigest::xor),
        index.preamble().machineType(),
        index.memory().pageCount(),
        readings.stream().mapToLong(PageReading::dataPageCount).sum(),
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

  private List<PageReading> readPages(MappedRamIndex index)
      throws IOException, InterruptedException {
    int pagesAtOnce = PageReading.CHUNK_BYTES / index.memory().pageBytes();
    PresentPages pages = new PresentPages(file, index, pagesAtOnce, pagesDone);
    long pieces = (index.memory().pageCount() + pagesAtOnce - 1) / pagesAtOnce;
    List<PageReading> readings =
        Stream.generate(() -> new PageReading(file, index, pages))
            .limit(threads.applyAsInt(pieces))
            .toList();
    SideBySide.run("image-verifier", readings);
    return readings;
  }

  private int deviceStateChecksum(MappedRamIndex index) throws IOException {
    CRC32C crc = new CRC32C();
    ByteBuffer chunk = ByteBuffer.allocate(PageReading.CHUNK_BYTES);
    for (long at = index.deviceStateFileOffset(); at < index.fileBytes(); at += chunk.capacity()) {
      chunk.clear().limit((int) Math.min(chunk.capacity(), index.fileBytes() - at));
      file.readFully(at, chunk);
      crc.update(chunk.flip());
    }
    return (int) crc.getValue();
  }
}
