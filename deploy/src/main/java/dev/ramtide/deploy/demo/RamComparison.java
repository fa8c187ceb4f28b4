package dev.ramtide.deploy.demo;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * What came of comparing the physical memory of two guests.
 *
 * @param firstDifference address of the first page that differs, or -1
 */
public record RamComparison(long pagesCompared, long pagesDifferent, long firstDifference) {
  private static final int PAGE_BYTES = 4096;
  private static final long WINDOW_BYTES = 64 << 20;
  private static final long FOUR_GIB = 1L << 32;

  public boolean equal() {
    return pagesDifferent == 0;
  }

  /** Window by window through QEMU, so that it takes little room whatever the guests' size. */
  static RamComparison of(QemuGuest one, QemuGuest other, Path directory)
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
      long address = done < lowBytes ? done : FOUR_GIB + done - lowBytes;
      sum = sum.plus(window(one, other, address, sizeBytes, directory));
      done += sizeBytes;
    }
    return sum;
  }

  private static RamComparison window(
      QemuGuest one, QemuGuest other, long address, long sizeBytes, Path directory)
      throws IOException, InterruptedException {
    Path ours = directory.resolve("ours.mem");
    Path theirs = directory.resolve("theirs.mem");
    try {
      one.savePhysical(address, sizeBytes, ours);
      other.savePhysical(address, sizeBytes, theirs);
      return compare(ours, theirs, address, sizeBytes / PAGE_BYTES);
    } finally {
      Files.deleteIfExists(ours);
      Files.deleteIfExists(theirs);
    }
  }

  private static RamComparison compare(Path ours, Path theirs, long address, long pageCount)
      throws IOException {
    long different = 0;
    long first = -1;
    try (InputStream one = new BufferedInputStream(Files.newInputStream(ours), 1 << 20);
        InputStream other = new BufferedInputStream(Files.newInputStream(theirs), 1 << 20)) {
      byte[] page = new byte[PAGE_BYTES];
      byte[] otherPage = new byte[PAGE_BYTES];
      for (long index = 0; index < pageCount; index++) {
        if (one.readNBytes(page, 0, PAGE_BYTES) != PAGE_BYTES
            || other.readNBytes(otherPage, 0, PAGE_BYTES) != PAGE_BYTES) {
          throw new IOException("QEMU saved less memory than asked for, at address " + address);
        }
        if (!Arrays.equals(page, otherPage)) {
          first = first < 0 ? address + index * PAGE_BYTES : first;
          different++;
        }
      }
    }
    return new RamComparison(pageCount, different, first);
  }

  private RamComparison plus(RamComparison more) {
    return new RamComparison(
        pagesCompared + more.pagesCompared,
        pagesDifferent + more.pagesDifferent,
        firstDifference < 0 ? more.firstDifference : firstDifference);
  }
}
