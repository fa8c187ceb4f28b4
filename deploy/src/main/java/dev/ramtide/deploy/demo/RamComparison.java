package dev.ramtide.deploy.demo;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * What came of comparing all physical memory of two guests, a page at a time.
 *
 * @param firstDifference address of the first page that differs, or -1
 */
public record RamComparison(long pagesCompared, long pagesDifferent, long firstDifference) {
  private static final int PAGE_BYTES = 4096;
  private static final int CHUNK_BYTES = 1 << 20;
  private static final long WINDOW_BYTES = 64 << 20;

  public boolean isEqual() {
    return pagesDifferent == 0;
  }

  /** Window by window, so that it takes little room whatever the guests' size. */
  public static RamComparison of(PhysicalMemory one, PhysicalMemory other)
      throws IOException, InterruptedException {
    long memoryBytes = one.spec().memoryBytes();
    if (memoryBytes != other.spec().memoryBytes()) {
      throw new IllegalArgumentException("guests of " + one.spec() + " and " + other.spec());
    }
    long lowBytes = one.spec().machine().lowBytes(memoryBytes);
    RamComparison sum = new RamComparison(0, 0, -1);
    for (long done = 0; done < memoryBytes; ) {
      long end = done < lowBytes ? lowBytes : memoryBytes;
      long sizeBytes = Math.min(WINDOW_BYTES, end - done);
      long address = done < lowBytes ? done : Machine.HIGH_BASE + done - lowBytes;
      try (InputStream ours = one.read(address, sizeBytes);
          InputStream theirs = other.read(address, sizeBytes)) {
        sum = sum.plus(compare(ours, theirs, address, sizeBytes));
      }
      done += sizeBytes;
    }
    return sum;
  }

  private static RamComparison compare(
      InputStream ours, InputStream theirs, long address, long sizeBytes) throws IOException {
    RamComparison sum = new RamComparison(0, 0, -1);
    for (long done = 0; done < sizeBytes; done += CHUNK_BYTES) {
      int chunkBytes = (int) Math.min(CHUNK_BYTES, sizeBytes - done);
      byte[] one = ours.readNBytes(chunkBytes);
      byte[] other = theirs.readNBytes(chunkBytes);
      if (one.length != chunkBytes || other.length != chunkBytes) {
        throw new IOException(
            "less memory than asked for at address 0x" + Long.toHexString(address + done));
      }
      sum = sum.plus(comparePages(one, other, address + done));
    }
    return sum;
  }

  private static RamComparison comparePages(byte[] one, byte[] other, long address) {
    long different = 0;
    long first = -1;
    for (int at = 0; at < one.length; at += PAGE_BYTES) {
      if (!Arrays.equals(one, at, at + PAGE_BYTES, other, at, at + PAGE_BYTES)) {
        first = first < 0 ? address + at : first;
        different++;
      }
    }
    return new RamComparison(one.length / PAGE_BYTES, different, first);
  }

  private RamComparison plus(RamComparison more) {
    return new RamComparison(
        pagesCompared + more.pagesCompared,
        pagesDifferent + more.pagesDifferent,
        firstDifference < 0 ? more.firstDifference : firstDifference);
  }
}
