package dev.ramtide.producer.procfs;

/**
 * A piece of a process's address space.
 *
 * @param start host virtual address of the first byte
 * @param end exclusive, above {@code start}; addresses of user space are never negative
 */
public record AddressRange(long start, long end) {
  public AddressRange {
    if (start < 0 || end <= start) {
      throw new IllegalArgumentException(
          "address range " + Long.toHexString(start) + "-" + Long.toHexString(end));
    }
  }

  public long lengthBytes() {
    return end - start;
  }

  /** Whether the two share at least a byte. */
  public boolean overlaps(AddressRange other) {
    return start < other.end && other.start < end;
  }

  /** As the kernel writes it. */
  @Override
  public String toString() {
    return Long.toHexString(start) + "-" + Long.toHexString(end);
  }
}
