package dev.ramtide.sink.seal;

import dev.ramtide.guest.Striping;
import dev.ramtide.integrity.PageDigest;
import dev.ramtide.mappedram.MappedRamLayout;
import dev.ramtide.mappedram.PageBitmap;
import dev.ramtide.sink.state.PageEntry;
import dev.ramtide.sink.state.PartitionStates;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The tables of all partitions, read once: digests to compare with a manifest, bitmaps for the
 * file.
 *
 * @param digests by partition
 * @param bitmaps by RAMBlock: which pages QEMU is to load
 */
public record ImageTables(List<PageDigest> digests, List<PageBitmap> bitmaps) {
  /** Reads the tables, which nobody may write meanwhile. */
  public static ImageTables read(Striping striping, MappedRamLayout layout, PartitionStates states)
      throws IOException {
    PageDigest[] digests = new PageDigest[striping.partitionCount()];
    Arrays.fill(digests, PageDigest.ZERO);
    List<PageBitmap> bitmaps = new ArrayList<>();
    for (int block = 0; block < striping.memory().blockCount(); block++) {
      PageBitmap bitmap = new PageBitmap(striping.memory().pageCount(block));
      long pageCount = striping.memory().pageCount(block);
      for (long firstPage = 0; firstPage < pageCount; firstPage += striping.stripePages()) {
        int partition = striping.partitionOf(block, firstPage);
        int pages = (int) Math.min(striping.stripePages(), pageCount - firstPage);
        ByteBuffer entries = ByteBuffer.allocate(pages * PageEntry.BYTES);
        states.get(partition).readEntries(striping.slotOf(block, firstPage), entries);
        boolean explicitZeros = layout.zeroPagesAreExplicit(block);
        digests[partition] =
            digests[partition].xor(readStripe(entries, firstPage, explicitZeros, bitmap));
      }
      bitmaps.add(bitmap);
    }
    return new ImageTables(List.of(digests), bitmaps);
  }

  /**
   * QEMU leaves a page alone when its bit is clear. Where a destination's memory does not begin as
   * zeros (pflash, ROMs) the bit of a zero page must therefore be set: the hole in the file reads
   * as zeros.
   */
  private static PageDigest readStripe(
      ByteBuffer entries, long firstPage, boolean explicitZeros, PageBitmap bitmap) {
    PageDigest digest = PageDigest.ZERO;
    for (int i = 0; i < entries.capacity() / PageEntry.BYTES; i++) {
      boolean hasData = PageEntry.hasData(entries, i * PageEntry.BYTES);
      if (hasData) {
        digest = digest.xor(PageEntry.hash(entries, i * PageEntry.BYTES));
      }
      if (hasData || explicitZeros) {
        bitmap.set(firstPage + i);
      }
    }
    return digest;
  }
}
